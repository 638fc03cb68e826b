"""The report opened in a real browser: French, readable, and asking nothing of any host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.model.results import RunReport
from harness.model.verdict import ROWS, Verdict
from harness.reporting.allure import AllureWriter
from harness.reporting.report_writer import write_reports

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """An installed Chromium, Chrome or Edge; skips without one, fails when one is demanded."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found:
        if os.environ.get("BANC_EXIGE_NAVIGATEUR") == "1":
            pytest.fail("navigateur exigé mais absent : installez Chromium, Chrome ou Edge")
        pytest.skip("pas de Chromium, Chrome ni Edge installé")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # A container often runs as root, where Chromium has no sandbox of its own.
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        flags = ["--no-sandbox"] if root else []
        opened = playwright.chromium.launch(executable_path=found, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def page_path(
    report: RunReport, steps: Any, catalogue: Any, generator: tuple[str, str], tmp_path: Path
) -> Path:
    writer = AllureWriter(tmp_path / "allure-results")
    for result in report.scenarios:
        writer.scenario(result, steps, catalogue)
    node, allure = generator
    paths = write_reports(report, tmp_path, writer=writer, node=node, allure=allure)
    assert paths.allure_html is not None, paths.report.notes
    return paths.allure_html


def test_the_report_is_french_and_asks_nothing_outside(browser: Any, page_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 1200})
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(page_path.as_uri())
    page.wait_for_selector("text=Non conforme")
    assert page.get_attribute("html", "lang") == "fr"
    assert page.title() == "Banc de conformité"
    shown = page.inner_text("body")
    for verdict in Verdict:
        if verdict is not Verdict.NOT_RUN:
            assert ROWS[verdict].word in shown
    assert "DUI d'essai 3.2" in shown
    _open_the_leak(page)
    page.screenshot(path=str(page_path.with_suffix(".png")))
    outside = [url for url in asked if not _is_inside(url)]
    assert outside == []
    assert faults == []
    page.close()


def _open_the_leak(page: Any) -> None:
    """Open the non-conformity and every step and piece of it: all must be there to read."""
    page.goto(page.url.partition("#")[0] + "#suites")
    for group in ("DMN 1.2.2 + Ségur DUI", "INS · INS/va1", "INS 34 · INS/va1.53"):
        page.click(f".node__title:has-text('{group}')")
    page.click("text=Matricule retenu")
    page.wait_for_selector("text=Preuves du dossier")
    rows = page.locator(
        ".step:not(.step_expanded) > .step__title_hasContent:visible,"
        " .attachment-row:not(.attachment-row_selected):visible"
    )
    for _ in range(60):
        if not rows.count():
            break
        rows.first.click()
    assert not rows.count()
    for text in (
        "constaté : 2790…23 avec PID-32 = PROV",
        "V2-PID-05 — conforme, aucun constat",
        "Fiabilité de l'identité",
        "emplacement vide, pièce à fournir",
        "<img src=https://ailleurs.example/x.png",
    ):
        page.locator(f"text={text}").locator("visible=true").first.wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    # A piece that the generator lost would read "404".
    assert page.locator("text=Non trouvé").count() == 0
    assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")


def _is_inside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("file", "data", "blob", "about") or parts.hostname in LOOPBACK
