"""The pages of the wallet in a real browser: labels, keyboard, and the way back to the client."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness.model.professional import Professional
from harness.simulators.igc import TestIgc
from harness.targets.browser import find_browser
from tests.simulators.psc.browser import CALLBACK, Party, query_of


@pytest.fixture(scope="module")
def chromium(igc: TestIgc) -> Iterator[Any]:
    found = find_browser()
    if found is None:
        if os.environ.get("BANC_EXIGE_NAVIGATEUR") == "1":
            pytest.fail("navigateur exigé mais absent : installez Chromium, Chrome ou Edge")
        pytest.skip("pas de Chromium, Chrome ni Edge installé")
    from playwright.sync_api import sync_playwright

    key = x509.load_pem_x509_certificate(igc.server_cert.read_bytes()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pin = base64.b64encode(hashlib.sha256(spki).digest()).decode()
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [f"--ignore-certificate-errors-spki-list={pin}", "--no-proxy-server"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=found, args=[*flags, *(["--no-sandbox"] if root else [])]
        )
        yield opened
        opened.close()


@pytest.mark.parametrize(
    ("button", "told"), [("Continuer", {"code"}), ("Refuser", {"error"})], ids=["oui", "non"]
)
def test_a_person_walks_the_pages(
    chromium: Any, party: Party, busy_doctor: Professional, button: str, told: set[str]
) -> None:
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text))
    page.route(f"{CALLBACK}*", lambda route: route.fulfill(body="revenu"))
    page.goto(party.authorization(state="etat"))
    assert page.locator("html").get_attribute("lang") == "fr"
    page.get_by_label("Application e-CPS").check()
    page.get_by_label("Professionnel").select_option(busy_doctor.national_id)
    page.get_by_role("button", name="S'identifier").press("Enter")
    assert busy_doctor.exercise_name in page.get_by_role("main").inner_text()
    page.get_by_role("button", name=button).click()
    page.get_by_text("revenu").wait_for()
    answer = query_of(page.url)
    assert told <= set(answer)
    assert answer["state"] == "etat"
    assert problems == []
    context.close()
