"""HTTP to the target on requests: verified, bounded, recorded, and never another way."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

from harness.evidence.recorder import Recorder
from harness.model.artefact import Artefact, Exchange, TlsFacts
from harness.model.form_encoding import as_a_browser_sends_it
from harness.model.problems import TargetUnreachable, UnexpectedAnswer
from harness.targets.target import Credentials, Target
from harness.targets.tls import facts_of, network_reason, tls_reason

if TYPE_CHECKING:
    import requests
    from requests.cookies import RequestsCookieJar

MAX_ANSWER_BYTES = 10_000_000
_CHUNK = 65_536
_EXCERPT = 120


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read whole and recorded."""

    status: int
    content_type: str
    """Media type without its parameters, lower case."""
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    url: str
    method: str
    exchange: int

    @property
    def label(self) -> str:
        """Return `GET https://… → 200`."""
        return f"{self.method} {self.url} → {self.status}"

    def artefact(self, name: str) -> Artefact:
        """Return the body as an artefact."""
        return Artefact(
            name,
            self.body,
            self.content_type or "application/octet-stream",
            self.label,
            self.exchange,
        )

    def json(self, expected: str = "du JSON") -> Any:
        """Return the parsed body. Raises `UnexpectedAnswer` when it is not JSON."""
        if "json" not in self.content_type:
            raise self.unexpected(f"{expected} ({self.content_type or 'type absent'} reçu)")
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise self.unexpected(f"{expected} bien formé") from error

    def unexpected(self, expected: str, advice: str = "") -> UnexpectedAnswer:
        """Return the problem that says what came, what was expected and what to do."""
        todo = advice or "vérifiez l'adresse et l'opération décrites dans le fichier de cible"
        return UnexpectedAnswer(
            f"{self.label} : réponse inattendue. Reçu : {excerpt(self.body)} ; "
            f"attendu : {expected}. À faire : {todo}"
        )


def excerpt(body: bytes) -> str:
    """Return the first characters of vendor bytes, escaped so that they can be shown anywhere."""
    text = body[: _EXCERPT * 4].decode("utf-8", "backslashreplace")[:_EXCERPT]
    safe = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    return f"« {safe}{'…' if len(body) > len(text.encode()) else ''} »" if body else "corps vide"


class HttpClient:
    """A kept-alive session to the base URL of a target, under one user.

    Not meant for several threads at once: a run against a target is serial.
    """

    def __init__(
        self,
        target: Target,
        recorder: Recorder,
        credentials: Credentials,
        delay: float,
        listener: str = "cible",
    ) -> None:
        """Speak to a target, or to another party that `listener` names in the journal."""
        import requests

        self._target = target
        self._recorder = recorder
        self._credentials = credentials
        self._delay = delay
        self._listener = listener
        self._session = requests.Session()
        self._session.trust_env = False
        self._tls: TlsFacts | None = None
        hide_secrets(recorder, target, credentials)

    def __repr__(self) -> str:
        return f"HttpClient({self._target.endpoints.base_url})"

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def share(self, cookies: RequestsCookieJar) -> None:
        """Send and keep the cookies of a jar, which other clients may share."""
        self._session.cookies = cookies

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        accept_statuses: Collection[int] = (),
    ) -> Answer:
        """Send one request and return its answer, recorded.

        `path` is absolute under the base URL. Raises `TargetUnreachable` when no whole answer
        came, `UnexpectedAnswer` for 401, 403, 3xx, 5xx or an answer over 10 MB, unless the status
        is in `accept_statuses`.
        """
        prepared = self._prepare(method, path, headers, params, body)
        answer = self._exchange(prepared)
        if answer.status not in accept_statuses:
            _refuse_odd_status(answer)
        return answer

    def _prepare(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        params: Mapping[str, str] | None,
        body: bytes | None,
    ) -> requests.PreparedRequest:
        import requests

        base = self._target.endpoints.base_url.rstrip("/")
        url = path if path.startswith(base + "/") else f"{base}{path}"
        sign = self._credentials
        request = requests.Request(method, url, headers=dict(headers or {}), params=params)
        request.data = body or b""
        if sign.scheme == "basic":
            request.auth = (sign.user.encode(), sign.secret.encode())
        elif sign.scheme == "bearer":
            request.headers["Authorization"] = f"Bearer {sign.secret}"
        return self._session.prepare_request(request)

    def _exchange(self, prepared: requests.PreparedRequest) -> Answer:
        import requests

        ends, started = self._target.endpoints, datetime.now(UTC)
        url, method = str(prepared.url), str(prepared.method)
        connect = min(self._target.delay("connect"), self._delay)
        cert = (str(ends.client_cert), str(ends.client_key)) if ends.client_cert else None
        deadline = time.monotonic() + self._delay
        try:
            with self._session.send(
                prepared,
                stream=True,
                allow_redirects=False,
                verify=str(ends.ca_file) if ends.ca_file else True,
                cert=cert,
                proxies=self._target.proxies,
                timeout=(connect, self._delay),
            ) as response:
                # An answer without a body has given its connection back already: same session,
                # same facts as those of the request before.
                tls = self._tls = _tls_facts(response) or self._tls
                body, problem = self._read(response, deadline)
        except (requests.RequestException, OSError) as error:
            self._record(prepared, started, None, b"", None)
            raise _unreachable(method, url, error) from error
        seq = self._record(prepared, started, response, body, tls)
        answer = Answer(
            response.status_code,
            response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            body,
            dict(response.headers),
            url,
            method,
            seq,
        )
        if problem:
            raise answer.unexpected("une réponse de moins de 10 Mo", problem)
        return answer

    def _read(self, response: requests.Response, deadline: float) -> tuple[bytes, str]:
        # The whole answer shares one deadline: a server that drips a byte at a time must not hang.
        chunks, size = [], 0
        for chunk in response.iter_content(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                return b"".join(chunks), "la lecture s'est arrêtée à 10 Mo ; est-ce la bonne page ?"
            if time.monotonic() > deadline:
                raise TimeoutError
        return b"".join(chunks), ""

    def _record(
        self,
        prepared: requests.PreparedRequest,
        started: datetime,
        response: requests.Response | None,
        body: bytes,
        tls: TlsFacts | None,
    ) -> int:
        status = str(response.status_code) if response is not None else "aucune réponse"
        path = urlsplit(str(prepared.url)).path
        return self._recorder.exchange(
            Exchange(
                at=started,
                protocol="https" if str(prepared.url).startswith("https") else "http",
                speaker="banc",
                listener=self._listener,
                request=_request_bytes(prepared),
                response=b"" if response is None else _response_bytes(response, body),
                request_type="message/http",
                response_type="message/http",
                label=f"{prepared.method} {path} → {status}",
                tls=tls,
            )
        )


def hide_secrets(recorder: Recorder, target: Target, credentials: Credentials) -> None:
    """Register every secret of the target, as written and as a form or a header carries it."""
    known = [*target.secrets, credentials.secret]
    for secret in dict.fromkeys(one for one in known if len(one) >= 4):
        sent = (quote_plus(secret), as_a_browser_sends_it(secret))
        for shape in {secret, *sent, json.dumps(secret)[1:-1]}:
            recorder.redactor.hide(shape, "mot-de-passe")


def _refuse_odd_status(answer: Answer) -> None:
    if answer.status in {401, 403}:
        raise answer.unexpected(
            "une réponse à un utilisateur connecté",
            "vérifiez le nom et le secret de `credentials`, et les droits de cet utilisateur",
        )
    if 300 <= answer.status < 400:
        place = answer.headers.get("Location", "ailleurs")
        raise answer.unexpected(
            "une réponse sans redirection",
            f"la cible renvoie vers {place[:_EXCERPT]!r} : corrigez l'adresse, ou le mode de "
            "connexion (session expirée ?)",
        )
    if answer.status >= 500:
        raise answer.unexpected(
            "une réponse de l'interface", "lisez le journal de la cible : elle est en erreur"
        )


def _unreachable(method: str, url: str, error: BaseException) -> TargetUnreachable:
    import requests

    if isinstance(error, requests.exceptions.ProxyError):
        reason = "le proxy de la section [proxy] ne répond pas ou refuse"
    elif isinstance(error, (requests.exceptions.Timeout, TimeoutError)):
        reason = network_reason(TimeoutError())
    else:
        reason = tls_reason(error) or network_reason(_root(error))
    return TargetUnreachable(f"{method} {url} : {reason}")


def _root(error: BaseException) -> BaseException:
    # requests wraps urllib3, which wraps the system's own error: the deepest one names the cause.
    seen: list[BaseException] = []
    todo: list[Any] = [error]
    while todo:
        one = todo.pop()
        if not isinstance(one, BaseException) or one in seen:
            continue
        seen.append(one)
        todo += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    if any(type(one).__name__ == "IncompleteRead" for one in seen):
        return ConnectionResetError()
    wrapping = ("requests", "urllib3")
    plain = [one for one in seen if not type(one).__module__.startswith(wrapping)]
    return next((one for one in plain if isinstance(one, OSError)), error)


def _tls_facts(response: requests.Response) -> TlsFacts | None:
    import ssl

    connection = getattr(response.raw, "connection", None)
    opened = getattr(connection, "sock", None)
    return facts_of(opened) if isinstance(opened, ssl.SSLSocket) else None


def _request_bytes(prepared: requests.PreparedRequest) -> bytes:
    lines = [f"{prepared.method} {prepared.path_url} HTTP/1.1"]
    lines.append(f"Host: {urlsplit(str(prepared.url)).netloc}")
    lines += [f"{name}: {_text(value)}" for name, value in prepared.headers.items()]
    body = prepared.body or b""
    raw = body.encode() if isinstance(body, str) else bytes(body)
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + raw


def _response_bytes(response: requests.Response, body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {response.status_code} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + body


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
