"""Whatever comes in place of an answer is INCONCLUSIVE, said in French, and recorded."""

from __future__ import annotations

import http.server
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.evidence.recorder import Recorder
from harness.model.problems import TargetUnreachable, UnexpectedAnswer
from harness.targets.http_client import MAX_ANSWER_BYTES, HttpClient
from harness.targets.target import NO_CREDENTIALS, Credentials, Endpoints, Target
from tests.targets.sites import Pki, Site, reply, reply_json, server_context, target_at

Serve = Callable[..., Site]


def client(target: Target, recorder: Recorder, sign: Credentials = NO_CREDENTIALS) -> HttpClient:
    return HttpClient(target, recorder, sign, 2.0)


def over_tls(site: Site, pki: Pki, authority: str = "ca") -> Target:
    return target_at(site.url, endpoints=Endpoints(base_url=site.url, ca_file=pki.path(authority)))


def test_answer_is_read_and_recorded_with_tls_facts(
    serve: Serve, pki: Pki, recorder: Recorder
) -> None:
    site = serve(reply_json(200, {"a": 1}), server_context(pki))
    answer = client(over_tls(site, pki), recorder).send("GET", "/x", params={"q": "é"})
    assert answer.json() == {"a": 1}
    ((seq, exchange),) = recorder.exchanges
    assert answer.exchange == seq
    assert exchange.label == "GET /x → 200"
    assert exchange.tls is not None and exchange.tls.version == "TLSv1.3"
    assert exchange.request.startswith(b"GET /x?q=%C3%A9 HTTP/1.1\r\n")
    assert exchange.response.endswith(b'{"a": 1}')


def test_credentials_never_reach_the_record(serve: Serve, recorder: Recorder) -> None:
    site = serve(reply_json(200, {}))
    sign = Credentials(user="u", secret="mot de passe+1")
    body = b"password=mot+de+passe%2B1"
    client(target_at(site.url), recorder, sign).send("POST", "/", body=body)
    ((_, exchange),) = recorder.exchanges
    kept = recorder.redactor.clean(exchange.request)
    assert b"mot+de+passe" not in kept
    assert "Authorization: Basic «secret".encode() in kept
    assert site.seen[0][2]["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(200, "text/html", b"<html>Maintenance</html>"), "<html>Maintenance</html>"),
        (reply(500, "application/json", b"{}"), "elle est en erreur"),
        (reply(401, "application/json", b"{}"), "vérifiez le nom et le secret"),
        (reply(403, "text/plain", b"non"), "vérifiez le nom et le secret"),
        (reply(302, "text/html", b"", {"Location": "/login"}), "renvoie vers '/login'"),
        (reply(200, "application/json", b'{"a": '), "bien formé"),
        (reply(200, "application/json", b"\x00\xff\x1b[31m"), r"\x00\xff\x1b[31m"),
    ],
)
def test_odd_answer_is_not_a_refusal(
    serve: Serve, recorder: Recorder, answer: Callable[..., None], reason: str
) -> None:
    site = serve(answer)
    with pytest.raises(UnexpectedAnswer) as caught:
        client(target_at(site.url), recorder).send("GET", "/api").json("du JSON")
    told = str(caught.value)
    assert reason in told
    assert f"{site.url}/api" in told and "attendu : " in told and "À faire : " in told
    assert len(recorder.exchanges) == 1


def test_answer_over_ten_megabytes_stops_at_the_limit(serve: Serve, recorder: Recorder) -> None:
    sent = 0

    def endless(handler: http.server.BaseHTTPRequestHandler, _body: bytes) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(10 * MAX_ANSWER_BYTES))
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"x" * 1_000_000)
                sent += 1_000_000
        except OSError:
            handler.close_connection = True

    site = serve(endless)
    with pytest.raises(UnexpectedAnswer, match="10 Mo"):
        client(target_at(site.url), recorder).send("GET", "/")
    assert sent < 5 * MAX_ANSWER_BYTES
    assert len(recorder.exchanges[0][1].response) < MAX_ANSWER_BYTES + 1_000_000


def test_server_that_drips_meets_the_deadline(serve: Serve, recorder: Recorder) -> None:
    def drip(handler: http.server.BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000000")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            handler.close_connection = True

    site = serve(drip)
    with pytest.raises((TargetUnreachable, UnexpectedAnswer)):
        HttpClient(target_at(site.url), recorder, NO_CREDENTIALS, 0.05).send("GET", "/")


def test_dead_host_is_unreachable(recorder: Recorder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TargetUnreachable, match="connexion refusée"):
        client(target_at(f"http://127.0.0.1:{port}"), recorder).send("GET", "/")
    assert recorder.exchanges[0][1].response == b""


def test_silent_host_is_unreachable(recorder: Recorder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        quick = HttpClient(target_at(url), recorder, NO_CREDENTIALS, 0.2)
        with pytest.raises(TargetUnreachable, match="pas de réponse dans le délai"):
            quick.send("GET", "/")


def test_target_that_dies_on_the_way_is_unreachable(serve: Serve, recorder: Recorder) -> None:
    def cut(handler: http.server.BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    site = serve(cut)
    with pytest.raises(TargetUnreachable, match="coupée par la cible"):
        client(target_at(site.url), recorder).send("GET", "/")


def test_unknown_name_is_unreachable(recorder: Recorder) -> None:
    with pytest.raises(TargetUnreachable, match="DNS"):
        client(target_at("http://absent.invalid"), recorder).send("GET", "/")


@pytest.mark.parametrize(
    ("shown", "authority", "reason"),
    [
        ("server", "other-ca", "l'autorité qui a signé le certificat du serveur est inconnue"),
        ("expired", "ca", "le certificat du serveur est expiré"),
        ("elsewhere", "ca", "ne porte pas le nom appelé"),
    ],
)
def test_tls_failure_says_which(
    serve: Serve, pki: Pki, recorder: Recorder, shown: str, authority: str, reason: str
) -> None:
    site = serve(reply_json(200, {}), server_context(pki, shown))
    with pytest.raises(TargetUnreachable, match=reason):
        client(over_tls(site, pki, authority), recorder).send("GET", "/")


def test_refused_client_certificate_says_so(serve: Serve, pki: Pki, recorder: Recorder) -> None:
    context = server_context(pki)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pki.path("ca"))
    site = serve(reply_json(200, {}), context)
    with pytest.raises(TargetUnreachable, match="certificat client"):
        client(over_tls(site, pki), recorder).send("GET", "/")


def test_plain_server_behind_https_says_so(serve: Serve, pki: Pki, recorder: Recorder) -> None:
    site = serve(reply_json(200, {}))
    url = site.url.replace("http:", "https:")
    target = target_at(url, endpoints=Endpoints(base_url=url, ca_file=pki.path("ca")))
    with pytest.raises(TargetUnreachable, match="ne parle pas TLS"):
        client(target, recorder).send("GET", "/")


def test_environment_proxy_and_bundle_are_ignored(
    serve: Serve, pki: Pki, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pki.path("other-ca")))
    site = serve(reply_json(200, {}), server_context(pki))
    assert client(over_tls(site, pki), recorder).send("GET", "/").status == 200


def test_proxy_of_the_file_is_used(serve: Serve, recorder: Recorder) -> None:
    proxy = serve(reply_json(200, {"par": "proxy"}))
    target = target_at("http://cible.example.org")
    target = replace(target, proxy=replace(target.proxy, http=proxy.url))
    assert client(target, recorder).send("GET", "/x").json() == {"par": "proxy"}
    assert proxy.seen[0][1] == "http://cible.example.org/x"
