"""The target prints: a PDF by the API, or a file that a person hands over; nothing else passes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.evidence.recorder import Recorder
from harness.model.problems import CapabilityMissing, Inconclusive, UnexpectedAnswer
from harness.simulators.loop import ServiceLoop
from harness.targets.attended import Terminal
from harness.targets.base import Capability, PatientRef
from harness.targets.drivers import Drivers
from harness.targets.http import HttpApi
from harness.targets.http_client import HttpClient
from harness.targets.printing import HttpPrinting
from harness.targets.target import NO_CREDENTIALS, Endpoints, HttpOptions, Operation
from tests.targets.sites import Site, reply, reply_json, target_at

Serve = Callable[..., Site]
PATIENT = PatientRef("é/7", "IPP-7")
PDF = b"%PDF-1.7\nune page"
OPERATIONS = {
    "print": Operation(path="/p/{id}/impression.pdf", success=(200,)),
    "print_settings": Operation(
        method="PUT",
        path="/reglages",
        json={"traits": "{traits}", "lieu": "{birth_place_code}", "nom": "{used_name}"},
        answer={"message": "erreur"},
    ),
}


@pytest.fixture
def site(serve: Serve) -> Site:
    return serve(reply(200, "application/pdf", PDF))


def printing(site: Site, recorder: Recorder, **operations: Operation) -> HttpPrinting:
    client = HttpClient(target_at(site.url), recorder, NO_CREDENTIALS, 2.0)
    return HttpPrinting(HttpApi(client, HttpOptions(operations=operations)))


def test_pdf_is_fetched_and_recorded(site: Site, recorder: Recorder) -> None:
    paper = printing(site, recorder, **OPERATIONS).print_identity(PATIENT)
    assert (paper.content, paper.media_type) == (PDF, "application/pdf")
    method, path, headers, _ = site.seen[0]
    assert (method, path) == ("GET", "/p/%C3%A9%2F7/impression.pdf")
    assert headers["Accept"] == "application/pdf"
    assert paper.exchange == recorder.exchanges[0][0]
    assert recorder.exchanges[0][1].response.endswith(PDF)


@pytest.mark.parametrize(
    ("status", "media_type", "body", "why"),
    [
        (200, "text/html", b"<html>", "document application/pdf"),
        (200, "application/pdf", b"<html>", "un PDF"),
        (409, "application/json", b'{"erreur": "non"}', "document application/pdf"),
        (404, "application/json", b"{}", "statut"),
        (500, "text/plain", b"panne", "en erreur"),
        (200, "application/pdf", b"%PDF-" + b"\0" * 10_000_001, "moins de 10 Mo"),
    ],
    ids=["html", "pdf-faux", "refus", "absent", "panne", "trop-gros"],
)
def test_anything_but_a_pdf_is_unexpected(
    site: Site, recorder: Recorder, status: int, media_type: str, body: bytes, why: str
) -> None:
    site.answer = reply(status, media_type, body)
    with pytest.raises(UnexpectedAnswer, match=why):
        printing(site, recorder, **OPERATIONS).print_identity(PATIENT)


def test_traits_are_chosen_as_a_list_or_one_by_one(site: Site, recorder: Recorder) -> None:
    site.answer = reply_json(200, {})
    driver = printing(site, recorder, **OPERATIONS)
    driver.choose_traits(("birth_place_code",))
    driver.choose_traits(())
    bodies = [json.loads(seen[3]) for seen in site.seen]
    assert bodies[0] == {"traits": ["birth_place_code"], "lieu": "oui", "nom": "non"}
    assert bodies[1] == {"traits": [], "lieu": "non", "nom": "non"}


def test_setting_that_is_refused_is_inconclusive(site: Site, recorder: Recorder) -> None:
    site.answer = reply_json(422, {"erreur": "trait inconnu"})
    with pytest.raises(Inconclusive, match="trait inconnu"):
        printing(site, recorder, **OPERATIONS).choose_traits(("used_name",))


def test_operation_that_is_not_described_is_a_missing_capability(
    site: Site, recorder: Recorder
) -> None:
    with pytest.raises(CapabilityMissing, match=r"operations\.print_settings"):
        printing(site, recorder, print=OPERATIONS["print"]).choose_traits(())


def by_hand(loop: ServiceLoop, *lines: str) -> tuple[Drivers, io.StringIO]:
    shown = io.StringIO()
    target = target_at(capabilities={Capability.PRINTING: "attended"}, endpoints=Endpoints())
    typed = io.StringIO("".join(f"{line}\n" for line in lines))
    return Drivers(target, Recorder(), loop, terminal=Terminal(typed, shown, 2.0)), shown


def test_person_hands_over_a_pdf_and_nothing_else(loop: ServiceLoop, tmp_path: Path) -> None:
    picture, document = tmp_path / "capture.png", tmp_path / "papier.pdf"
    picture.write_bytes(b"\x89PNG")
    document.write_bytes(PDF)
    drivers, shown = by_hand(loop, str(picture), str(document))
    paper = drivers.printing.print_identity(PATIENT)
    assert paper.content == PDF and "papier.pdf" in paper.origin
    assert "IPP-7" in shown.getvalue() and "n'est pas un PDF" in shown.getvalue()


def test_person_sets_the_traits_or_says_that_it_cannot_be_done(loop: ServiceLoop) -> None:
    drivers, shown = by_hand(loop, "oui", "non")
    drivers.printing.choose_traits(("birth_place_code",))
    assert "code du lieu de naissance" in shown.getvalue()
    with pytest.raises(Inconclusive):
        drivers.printing.choose_traits(())


def test_target_that_prints_nothing_lacks_the_capability(loop: ServiceLoop) -> None:
    with pytest.raises(CapabilityMissing, match="imprimer"):
        _ = Drivers(target_at(), Recorder(), loop).printing
