"""Requests that INSi must refuse: each is answered, recorded, judged, and harms nothing."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace

import pytest

from harness.model.identity import Person
from harness.model.verdict import Verdict
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator
from tests.simulators.soap import CARD, SERVICE, SOAP, Client, by_card, by_traits, envelope

XXE = (
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    f'<s:Envelope xmlns:s="{SOAP}"><s:Body>&secret;</s:Body></s:Envelope>'
).encode()
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    f'<s:Envelope xmlns:s="{SOAP}"><s:Body>&c;</s:Body></s:Envelope>'
).encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"<pas-ferme", b"\x00\xff\xfe" * 40, b"PK\x03\x04" + bytes(500), XXE, BOMB],
    ids=["vide", "tronque", "binaire", "zip", "xxe", "bombe"],
)
def test_bytes_that_are_no_soap_get_a_sender_fault(
    insi: InsiSimulator, client: Client, camille: Person, body: bytes
) -> None:
    answer = client.post(body)
    assert answer.status == 400
    assert answer.text("Fault/Code/Value") == "soap:Sender"
    (call,) = insi.journal
    assert call.problem
    assert call.request.content == body
    assert call.judgement.verdict is not Verdict.CONFORM
    assert client.search(camille).code == "00"  # still serving


def test_an_external_entity_is_never_read(insi: InsiSimulator, client: Client) -> None:
    answer = client.post(XXE)
    assert b"DOCTYPE" in answer.content
    assert socket.gethostname().encode() not in answer.content


def test_an_oversize_body_is_refused_and_recorded_without_its_bytes(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    answer = client.post(envelope("<!--" + "x" * 1_200_000 + "-->"))
    assert answer.status == 400
    (call,) = insi.journal
    assert "1024 Kio" in call.problem
    assert call.request.content == b""
    assert client.search(camille).code == "00"


def test_an_unknown_action_is_refused_with_the_known_ones(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    body = by_traits(camille).replace(b"AvecTraitsIdentite<", b"AvecTraits<")
    answer = client.post(body)
    assert answer.status == 400
    assert "rechercherInsAvecTraitsIdentite" in answer.text("Fault/Reason/Text")
    (call,) = insi.calls_for(camille)
    assert (call.code, call.operation) == ("", "traits")
    assert call.judgement.verdict is Verdict.NON_CONFORM


def test_an_action_that_contradicts_the_body_is_refused(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    body = by_card(camille, camille.card_serial).replace(
        b"rechercherInsAvecCarteVitale", b"rechercherInsAvecTraitsIdentite"
    )
    assert client.post(body, CARD).status == 400
    assert "RECVITALE" in insi.journal[0].problem


def test_without_addressing_the_action_of_the_content_type_serves(
    client: Client, camille: Person
) -> None:
    body = by_traits(camille)
    start, end = body.index(b"<wsa:Action>"), body.index(b"</wsa:Action>")
    bare = body[:start] + body[end + len(b"</wsa:Action>") :]
    assert client.post(bare).code == "00"
    wrong = f'application/soap+xml; action="{SERVICE}autreChose"'
    assert client.post(bare, content_type=wrong).status == 400


def test_soap_11_is_a_version_mismatch(client: Client, camille: Person) -> None:
    old = by_traits(camille).replace(SOAP.encode(), b"http://schemas.xmlsoap.org/soap/envelope/")
    answer = client.post(old)
    assert answer.status == 500
    assert answer.text("Fault/Code/Value") == "soap:VersionMismatch"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"sex": ""}, "Sexe"),
        ({"sex": "1"}, "M ou F"),
        ({"birth_date": ""}, "DateNaissance"),
        ({"birth_date": "22/03/1979"}, "AAAA-MM-JJ"),
        ({"birth_name": ""}, "NomNaissance"),
        ({"birth_given_names": ("",)}, "Prenom"),
    ],
)
def test_a_missing_or_wrong_trait_is_named_in_the_fault(
    insi: InsiSimulator, client: Client, camille: Person, changes: dict[str, str], named: str
) -> None:
    answer = client.search(replace(camille, **changes))  # type: ignore[arg-type]
    assert answer.status == 400
    assert named in answer.text("Fault/Reason/Text")
    assert insi.journal[0].judgement.verdict is Verdict.NON_CONFORM


def test_a_card_search_without_serial_number_is_refused(client: Client, camille: Person) -> None:
    assert "NumSerieCarte" in client.post(by_card(camille, ""), CARD).text("Fault/Reason/Text")


@pytest.mark.parametrize(
    "body",
    [
        envelope(""),
        envelope("<AUTRE/>"),
        envelope('<RECSANSVITALE xmlns="urn:faux"/>'),
        b"<html><body>bonjour</body></html>",
    ],
    ids=["sans-corps", "autre", "espace-de-noms", "html"],
)
def test_a_body_that_is_no_insi_request_is_refused(
    insi: InsiSimulator, client: Client, body: bytes
) -> None:
    assert client.post(body).status == 400
    assert insi.journal[0].code == ""


def test_vendor_text_is_escaped_in_the_answer(client: Client, camille: Person) -> None:
    body = by_traits(camille).replace(b"uuid:", b"&lt;x&gt;&amp;")
    answer = client.post(body)
    assert answer.root.findtext(".//{*}RelatesTo", "").startswith("<x>&")


def test_another_method_is_refused_without_touching_the_journal(
    insi: InsiSimulator, igc: TestIgc
) -> None:
    context = ssl.create_default_context(cafile=str(igc.root))
    context.load_cert_chain(igc.client_cert, igc.client_key)
    with socket.create_connection(("127.0.0.1", insi.port), timeout=5) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as connection:
            connection.sendall(b"GET /?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b" 405 " in connection.recv(100)
    assert insi.journal == ()
