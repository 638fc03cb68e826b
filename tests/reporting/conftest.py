"""A run made by hand that holds every verdict, vendor text that bites, and proofs of each kind."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.model.artefact import FHIR_MEDIA_TYPE, HL7V2_MEDIA_TYPE, SOAP_MEDIA_TYPE, Artefact
from harness.model.check import Judgement, RuleOutcome
from harness.model.finding import Finding, Level
from harness.model.releve import IdentityReleve, StatusChange
from harness.model.requirement import (
    CoverageKind,
    ExpectedProof,
    ProofKind,
    Requirement,
)
from harness.model.results import (
    CheckResult,
    FiledProof,
    RequirementResult,
    RunReport,
    ScenarioResult,
)
from harness.model.verdict import Verdict
from harness.reporting.steps import Step, StepStatus

START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
MATRICULE = "279031234567823"
TRAP = "<img src=https://ailleurs.example/x.png onerror=alert(1)>"
"""What a hostile page could slip into a report: shown as text, never loaded."""
PAM = (
    "MSH|^~\\&|GAP|HOPITAL|DUI|HOPITAL|20260302083000||ADT^A28^ADT_A05|M1|P|2.5|||||FRA"
    "|UNICODE UTF-8\r"
    "EVN||20260302083000\r"
    f"PID|||IPP42^^^HOPITAL&1.2.3&ISO^PI~{MATRICULE}"
    "^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"
    "||DURAND^CAMILLE^CAMILLE ZOÉ^^^^L||19790301|F||||||||||||||||||||||||PROV\r"
    "ZBE|1^GAP|20260302||INSERT|N\r"
).encode()


def picture(width: int = 480, height: int = 200) -> bytes:
    """Return a small PNG in two colours, made without any library."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    rows = b"".join(
        b"\x00" + (b"\x1f\x4e\x79" if y < 40 else b"\xee\xf2\xf7") * width for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def outcome(rule_id: str, examined: int = 1, *findings: Finding, **more: str) -> RuleOutcome:
    """Return the outcome of an error rule."""
    return RuleOutcome(rule_id, Level.ERROR, "ab" * 32, examined, findings, **more)


MESSAGE = Artefact("message A28", PAM, HL7V2_MEDIA_TYPE, "MLLP, reçu du logiciel", 7)
BUNDLE = Artefact(
    "patient.json", b'{"resourceType":"Patient","id":"42"}', FHIR_MEDIA_TYPE, "FHIR", 9
)
SOAP = Artefact("demande INSi", b"<a><b>1</b></a>", SOAP_MEDIA_TYPE, "INSi", 11)
PAGE = Artefact("fiche.html", f"<html><body>{TRAP}</body></html>".encode(), "text/html", "écran")
SCREEN = Artefact("fiche patient", picture(), "image/png", "https://dui.example/p/42 · 02/03/2026")
RELEVE = IdentityReleve(
    patient_id="42",
    source="api",
    status="récupérée",
    matricule=MATRICULE,
    birth_name="DURAND",
    history=(StatusChange("2026-03-02", "banc", "provisoire", "récupérée"),),
).artefact("relevé d'identité", "GET /Patient/42")

LEAK = Finding(
    "PID-3[2]",
    "aucun matricule INS tant que PID-32 ne contient pas VALI",
    "2790…23 avec PID-32 = PROV",
    "La pièce d'identité a-t-elle été contrôlée avant l'émission ?",
)
SPITEFUL = Finding("champ « nom »", "DURAND", f"{TRAP}\x1b[31m ]]> {MATRICULE}\x00", "")
ADVICE = Finding("ZFD-5", "mode d'obtention renseigné", "vide", "", Level.WARNING)


def _check(title: str, verdict: Verdict, reason: str, *outcomes: RuleOutcome) -> CheckResult:
    cites = {one.rule_id: ("INS/va1.53", "INS 34") for one in outcomes}
    artefacts = {"subject": MESSAGE, "after": RELEVE}
    return CheckResult(title, artefacts, Judgement(outcomes, verdict, reason), cites)


CHECKS = {
    Verdict.CONFORM: (
        _check(
            "Message d'identité émis",
            Verdict.CONFORM,
            "",
            outcome("V2-PID-05", 2),
            outcome("V2-ZFD-01", 1, ADVICE),
        ),
    ),
    Verdict.NON_CONFORM: (
        _check(
            "Message d'identité émis",
            Verdict.NON_CONFORM,
            "constat d'erreur : V2-PID-09, IHM-09",
            outcome("V2-PID-09", 1, LEAK),
            outcome("IHM-09", 3, SPITEFUL),
            outcome("V2-PID-05", 2),
        ),
    ),
    Verdict.INCONCLUSIVE: (
        _check(
            "Acquittement du message",
            Verdict.INCONCLUSIVE,
            "règle sans sujet : V2-ACK-03",
            outcome("V2-ACK-03", 0),
            outcome("V2-ACK-04", 0, unreadable="acquittement tronqué"),
        ),
    ),
}
ITEMS = (
    (Verdict.CONFORM, "25.1", "Validation d'une identité récupérée → qualifiée", ""),
    (Verdict.CONFORM, "22.1", "Statut attribué à la création", ""),
    (Verdict.NON_CONFORM, "34.1", "Matricule retenu tant que l'identité n'est pas qualifiée", ""),
    (Verdict.REVIEW, "2.1", "Champs affichés à l'écran", "page gardée sans navigateur"),
    (Verdict.NOT_APPLICABLE, "39.1", "Réservé aux RI en établissement", "hors établissement"),
    (Verdict.BLOCKED, "13.1", "Appel au téléservice", "INSi réel indisponible depuis 08:31"),
    (Verdict.INCONCLUSIVE, "45.1", "Réception d'une identité validée", "cible muette sur MLLP"),
    (Verdict.HARNESS_ERROR, "11.1", "Refus sans champ obligatoire", "disque plein"),
)
_REASONS = {Verdict.NON_CONFORM: "constat d'erreur : V2-PID-09, IHM-09"}


def scenario(
    position: int, verdict: Verdict, number: str, title: str, reason: str
) -> ScenarioResult:
    """Return one item of the run, with a filed proof and an empty slot."""
    name = f"INS {number}"
    return ScenarioResult(
        id=f"scenarios/ins/test_statut.py::test_{number.replace('.', '_')}",
        title=title,
        behaviour="le matricule INS ne circule pas sous une identité non qualifiée.",
        theme="ins",
        requirement_ids=("INS 34", "INS/va1.53"),
        applicable_ids=("INS 34",),
        scenario_ids=(name,),
        verdict=verdict,
        reason=reason or _REASONS.get(verdict, ""),
        checks=CHECKS.get(verdict, ()),
        proofs=(
            FiledProof(f"{name}.1", "Fiche du patient, statut visible", (SCREEN, PAGE, RELEVE)),
            FiledProof(f"{name}.2", "Lien de la validation Gazelle"),
        ),
        started=START + timedelta(seconds=position),
        duration=0.8,
    )


class Catalogue:
    """Two twins, as the catalogue gives them."""

    def requirement(self, requirement_id: str) -> Requirement:
        referential, family, twin = {
            "INS 34": ("dmn-1.2.2", "INS", "INS/va1.53"),
            "INS/va1.53": ("segur-dui", "INS/va1", "INS 34"),
        }[requirement_id]
        return Requirement(
            id=requirement_id,
            title="Ne pas diffuser le matricule d'une identité non qualifiée",
            referential=referential,
            family=family,
            level="DOIT",
            profile="Général",
            source="grille",
            confidence="lue",
            coverage=CoverageKind.AUTOMATIC,
            twins=(twin,),
        )


@pytest.fixture
def catalogue() -> Catalogue:
    """The catalogue of two exigences."""
    return Catalogue()


@pytest.fixture
def steps() -> tuple[Step, ...]:
    """Steps of a scenario, one inside another."""
    inside = Step(
        "Envoyer la demande au téléservice",
        START,
        START + timedelta(seconds=0.3),
        attachments=(SOAP, BUNDLE),
    )
    return (
        Step(
            "Créer le patient par appel INSi, sans contrôle de pièce d'identité",
            START,
            START + timedelta(seconds=0.5),
            children=(inside,),
        ),
        Step(
            "Émettre l'identité vers un partenaire",
            START + timedelta(seconds=0.5),
            START + timedelta(seconds=0.8),
            StepStatus.DONE,
            (MESSAGE,),
        ),
    )


@pytest.fixture
def report() -> RunReport:
    """A run that reached every verdict an item can reach."""
    scenarios = tuple(scenario(position, *item) for position, item in enumerate(ITEMS))
    gazelle = ExpectedProof("INS 25.1.2", ProofKind.GAZELLE, "Lien de la validation Gazelle")
    conform = RequirementResult(
        "INS 25", "Passer à qualifiée", "dmn-1.2.2", Verdict.CONFORM, (scenarios[0].id,)
    )
    return RunReport(
        target="DUI d'essai 3.2",
        target_file="essai.toml",
        vendor="Éditeur d'essai",
        versions={"banc": "0.1.0", "référentiel dmn": "1.2.2"},
        seed=20260302,
        profile={"référentiel d'identités": "RI hors établissement", "INS": "oui"},
        services={"INSi": "simulé, https://127.0.0.1:8443/insi"},
        started=START,
        ended=START + timedelta(seconds=12.5),
        scenarios=scenarios,
        requirements=(
            replace(conform, missing_proofs=(gazelle,)),
            RequirementResult(
                "INS 34", "Ne pas diffuser", "dmn-1.2.2", Verdict.NON_CONFORM, (scenarios[2].id,)
            ),
            RequirementResult(
                "INS 39",
                "Réservé aux établissements",
                "dmn-1.2.2",
                Verdict.NOT_APPLICABLE,
                (scenarios[4].id,),
                "hors établissement",
                "FAQ de l'ANS",
                "déclaration sur l'honneur",
            ),
            RequirementResult("INS/va1.53", "Jumelle", "segur-dui", Verdict.NOT_RUN),
        ),
        notes=("Aucun navigateur : les captures sont des pages HTML.",),
    )


@pytest.fixture
def generator() -> tuple[str, str]:
    """Node and the Allure generator, as the launcher hands them over; skips without them."""
    installed = Path(__file__).parents[2] / ".banc/allure/node_modules/allure/cli.js"
    found = os.environ.get("BANC_ALLURE") or (str(installed) if installed.exists() else None)
    node = os.environ.get("BANC_NODE") or shutil.which("node")
    if not found or not node:
        if os.environ.get("BANC_EXIGE_NAVIGATEUR") == "1":
            pytest.fail("générateur Allure exigé mais absent : lancez les tests par ./banc test")
        pytest.skip("pas de générateur Allure : lancez ./banc demo une fois, ou posez BANC_ALLURE")
    return node, found
