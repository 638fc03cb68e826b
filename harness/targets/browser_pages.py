"""What the drivers that act in a browser share: typing, pictures, exchanges, failures in French."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.model.artefact import Exchange, TlsFacts
from harness.targets.http_client import MAX_ANSWER_BYTES
from harness.targets.tls import network_reason, tls_reason

if TYPE_CHECKING:
    from playwright.sync_api import Error, Locator, Page, Request, Response

MAX_IMAGE_BYTES = 120_000
_NETWORK: tuple[tuple[str, Exception], ...] = (
    ("ERR_CONNECTION_REFUSED", ConnectionRefusedError()),
    ("ERR_CONNECTION_RESET", ConnectionResetError()),
    ("ERR_CONNECTION_CLOSED", ConnectionResetError()),
    ("ERR_EMPTY_RESPONSE", ConnectionResetError()),
    ("Timeout", TimeoutError()),
)


def reason_of(error: Error) -> str:
    """Return why the browser could not do something."""
    text = str(error)
    cause = next((one for mark, one in _NETWORK if mark in text), None)
    return network_reason(cause) if cause else tls_reason(text) or text.splitlines()[0]


def type_in(control: Locator, value: str) -> None:
    """Type a value in a control, an absurd one included."""
    from playwright.sync_api import Error

    with contextlib.suppress(Error):  # "Malformed value": mended just below
        control.fill(value)
    if control.input_value() != value:
        # A date field of the browser refuses an absurd date before the software sees it: typed as
        # plain text, it reaches the control of the software, which is the one that is judged.
        control.evaluate("el => { el.type = 'text'; }")
        control.fill(value)


def picture_of(page: Page, *, whole: bool = True) -> tuple[bytes, str]:
    """Return the picture of a page and its media type: PNG, or JPEG when that is heavy.

    Not `whole`: what the window shows of it.
    """
    image = page.screenshot(full_page=whole, animations="disabled", scale="css")
    if len(image) <= MAX_IMAGE_BYTES:
        return image, "image/png"
    smaller = page.screenshot(
        full_page=whole, animations="disabled", scale="css", type="jpeg", quality=55
    )
    return smaller, "image/jpeg"


def exchange_of(response: Response, started: datetime) -> Exchange:
    """Return the first request of a navigation and the answer that it ended with."""
    first = response.request
    while first.redirected_from:
        first = first.redirected_from
    return _exchange(first, response, response.body(), started, "cible")


def hops_of(response: Response, started: datetime, names: dict[str, str]) -> list[Exchange]:
    """Return every request and answer of a navigation, redirects included, in order.

    `names` gives the party of an origin. The body of a redirect is not kept by the browser.
    """
    from playwright.sync_api import Error

    from harness.targets.visiting import origin_of

    request: Request | None = response.request
    hops: list[Exchange] = []
    while request:
        answer = response if request is response.request else request.response()
        body = b""
        if answer is response:
            with contextlib.suppress(Error):  # a body that the browser did not keep
                body = response.body()[:MAX_ANSWER_BYTES]
        if answer:
            party = names.get(origin_of(request.url), "autre serveur")
            hops.append(_exchange(request, answer, body, started, party))
        request = request.redirected_from
    return hops[::-1]


def _exchange(
    request: Request, response: Response, body: bytes, started: datetime, listener: str
) -> Exchange:
    parts = urlsplit(request.url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [f"{request.method} {path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    back = [f"HTTP/1.1 {response.status} {response.status_text}"]
    back += [f"{name}: {value}" for name, value in response.headers.items()]
    return Exchange(
        at=started,
        protocol=parts.scheme,
        speaker="banc (navigateur)",
        listener=listener,
        request="\r\n".join([*lines, "", ""]).encode() + (request.post_data_buffer or b""),
        response="\r\n".join([*back, "", ""]).encode() + body,
        request_type="message/http",
        response_type="message/http",
        label=f"{request.method} {parts.path} → {response.status} (navigateur)",
        tls=_tls_facts(response),
    )


def _tls_facts(response: Response) -> TlsFacts | None:
    seen = response.security_details()
    if not seen or not seen.get("protocol"):
        return None
    version = str(seen["protocol"]).replace(" ", "v")
    return TlsFacts(version, "", server_subject=f"commonName={seen.get('subjectName', '')}")
