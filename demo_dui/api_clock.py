"""Test door of the clock, offered with `--test-clock` alone: delays without waiting."""

from __future__ import annotations

from aiohttp import web

from demo_dui.json_requests import Body, with_body
from demo_dui.web import ACCOUNTS, DUI, error, json_response, user_of

routes = web.RouteTableDef()
FARTHEST = 10 * 366 * 86_400


@routes.post("/api/test/clock")
@with_body
async def move_clock(request: web.Request, body: Body) -> web.Response:
    """Set the distance to the real time, in seconds; the dates of traces never move."""
    offset = body.get("offset")
    if isinstance(offset, bool) or not isinstance(offset, int | float) or abs(offset) > FARTHEST:
        return error(422, f"offset : nombre de secondes attendu, au plus {FARTHEST}.")
    clock = request.app[ACCOUNTS].clock
    clock.shift(float(offset))
    detail = f"horloge d'essai, {offset:g} s"
    request.app[DUI].store.log(user_of(request).login, "changement de paramètre", detail=detail)
    return json_response({"offset": clock.offset, "now": clock.moment().isoformat()})
