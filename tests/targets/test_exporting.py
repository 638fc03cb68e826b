"""The target exports: a ZIP or a file by the API, or files that a person hands over."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.evidence.recorder import Recorder
from harness.model.problems import CapabilityMissing, UnexpectedAnswer
from harness.simulators.loop import ServiceLoop
from harness.targets.attended import Terminal
from harness.targets.base import Capability
from harness.targets.drivers import Drivers
from harness.targets.exporting import HttpExport
from harness.targets.http import HttpApi
from harness.targets.http_client import HttpClient
from harness.targets.target import NO_CREDENTIALS, Endpoints, HttpOptions, Operation
from tests.targets.sites import Site, reply, target_at

Serve = Callable[..., Site]
ZIP = b"PK\x03\x04 une archive"
EXPORT = Operation(path="/export", success=(200,))
GUIDE = Operation(path="/export/notice", success=(200,))


def exporting(site: Site, recorder: Recorder, **operations: Operation) -> HttpExport:
    client = HttpClient(target_at(site.url), recorder, NO_CREDENTIALS, 2.0)
    return HttpExport(HttpApi(client, HttpOptions(operations=operations)))


@pytest.mark.parametrize("kind", ["application/zip", "application/fhir+json", "text/csv"])
def test_export_is_fetched_and_recorded(serve: Serve, recorder: Recorder, kind: str) -> None:
    site = serve(reply(200, kind, ZIP))
    archive = exporting(site, recorder, export=EXPORT).take()
    assert (archive.content, archive.media_type) == (ZIP, kind)
    assert archive.exchange == recorder.exchanges[0][0]
    assert "application/zip" in site.seen[0][2]["Accept"]


@pytest.mark.parametrize(
    ("status", "kind", "body", "why"),
    [
        (200, "text/html", b"<html>", "text/html reçu"),
        (200, "application/zip", b"", "vide"),
        (409, "application/json", b"{}", "document"),
        (202, "application/json", b"{}", "statut"),
        (500, "text/plain", b"panne", "en erreur"),
        (200, "application/zip", ZIP + b"\0" * 10_000_001, "moins de 10 Mo"),
    ],
    ids=["html", "vide", "refus", "en-cours", "panne", "trop-gros"],
)
def test_anything_but_an_export_is_unexpected(
    serve: Serve, recorder: Recorder, status: int, kind: str, body: bytes, why: str
) -> None:
    site = serve(reply(status, kind, body))
    with pytest.raises(UnexpectedAnswer, match=why):
        exporting(site, recorder, export=EXPORT).take()


def test_documentation_apart_is_an_operation_of_its_own(serve: Serve, recorder: Recorder) -> None:
    site = serve(reply(200, "text/markdown", b"# Export"))
    assert exporting(site, recorder, export=EXPORT).documentation() is None
    guide = exporting(site, recorder, export=EXPORT, export_guide=GUIDE).documentation()
    assert guide is not None and guide.content == b"# Export"
    assert [seen[1] for seen in site.seen] == ["/export/notice"]


def by_hand(loop: ServiceLoop, *lines: str) -> tuple[Drivers, io.StringIO]:
    shown = io.StringIO()
    target = target_at(capabilities={Capability.EXPORT: "attended"}, endpoints=Endpoints())
    typed = io.StringIO("".join(f"{line}\n" for line in lines))
    return Drivers(target, Recorder(), loop, terminal=Terminal(typed, shown, 2.0)), shown


def test_person_hands_over_the_export_and_its_notice(loop: ServiceLoop, tmp_path: Path) -> None:
    empty, archive, notice = tmp_path / "vide", tmp_path / "export.zip", tmp_path / "notice.pdf"
    empty.write_bytes(b"")
    archive.write_bytes(ZIP)
    notice.write_bytes(b"%PDF-1.7")
    drivers, shown = by_hand(loop, str(empty), str(archive), "non", "oui", str(notice), "oui")
    taken = drivers.export.take()
    assert (taken.content, taken.media_type) == (ZIP, "application/zip")
    assert "export.zip" in taken.origin and "vide est vide" in shown.getvalue()
    guide = drivers.export.documentation()
    assert guide is not None and guide.content.startswith(b"%PDF") and "notice" in guide.origin
    assert drivers.export.documentation() is None


def test_target_that_exports_nothing_lacks_the_capability(loop: ServiceLoop) -> None:
    with pytest.raises(CapabilityMissing, match=r"capabilities\.export"):
        _ = Drivers(target_at(), Recorder(), loop).export
