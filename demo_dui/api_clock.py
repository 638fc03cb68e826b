"""Test door of the clock, offered with `--test-clock` alone: delays without waiting."""

from __future__ import annotations

from aiohttp import web

from demo_dui.web import ACCOUNTS, DUI, NOT_JSON, error, json_body, json_response, user_of

routes = web.RouteTableDef()
FARTHEST = 10 * 366 * 86_400


@routes.post("/api/test/clock")
async def move_clock(request: web.Request) -> web.Response:
    """Set the distance to the real time, in seconds; the dates of traces never move."""
    body = await json_body(request)
    if body is None:
        return error(400, NOT_JSON)
    offset = body.get("offset")
    if isinstance(offset, bool) or not isinstance(offset, int | float) or abs(offset) > FARTHEST:
        return error(422, f"offset : nombre de secondes attendu, au plus {FARTHEST}.")
    clock = request.app[ACCOUNTS].clock
    clock.shift(float(offset))
    detail = f"horloge d'essai, {offset:g} s"
    request.app[DUI].store.log(user_of(request).login, "changement de paramètre", detail=detail)
    return json_response({"offset": clock.offset, "now": clock.moment().isoformat()})
