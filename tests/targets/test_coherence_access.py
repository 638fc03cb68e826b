"""The sign-in part of a target file: every fault is told with its key and what was expected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.model.problems import ConfigurationProblem
from harness.targets.attended_visits import ACTS
from harness.targets.coherence import KNOWN_OPERATIONS
from harness.targets.coherence_access import JOURNEYS
from harness.targets.configuration import load_target
from tests.targets.test_configuration import FIXTURES, MINIMAL, faults, load

BASE = '[endpoints]\nbase_url = "https://dui.example.org"\n'
SIGN_IN = """
[capabilities]
sign_in = "visitor"
[drivers.visitor.journeys.sign_in]
steps = [{ open = "/login" }, { fill = { u = "{user}", password = "{secret}" }, press = "Entrer" }]
"""
JOURNEY = "[drivers.visitor.journeys.{}]\nsteps = [{}]\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cible.toml"


def test_a_placeholder_is_not_a_secret(file: Path) -> None:
    target = load(file, MINIMAL + BASE + SIGN_IN)
    steps = target.drivers.visitor.journeys["sign_in"].steps
    assert steps[1].fill["password"] == "{secret}" and target.secrets == ()


def test_a_secret_written_in_a_journey_is_refused(file: Path) -> None:
    text = SIGN_IN.replace('"{secret}"', '"en-clair-1234"').replace("{user}", "{user}{secret}")
    told = faults(file, MINIMAL + BASE + text)
    assert "steps[1].fill.password" in told and "en-clair-1234" not in told


def test_accounts_that_exist_have_their_secrets_in_the_environment(file: Path) -> None:
    text = (
        '[drivers.visitor.accounts.patient]\nuser = "p.essai"\nsecret = "env:MDP"\n'
        'totp_secret = "env:CLE"\n'
    )
    target = load(file, MINIMAL + text, MDP="secret-1234", CLE="JBSWY3DPEHPK3PXP")
    account = target.drivers.visitor.accounts["patient"]
    assert (account.user, account.totp_secret) == ("p.essai", "JBSWY3DPEHPK3PXP")
    assert "secret-1234" not in repr(account) and len(target.secrets) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[capabilities]\nsign_in = "visitor"\n', "drivers.visitor.journeys.sign_in : table abs"),
        (SIGN_IN, "endpoints.base_url : clé absente"),
        (
            '[drivers.visitor.accounts.professional]\nuser = "a"\nsecret = "env:PATH"\n'
            'national_id = "99700000013"\n',
            'drivers.visitor.accounts.professional.national_id : "99700000013" : 12',
        ),
        ('[capabilities]\nsign_in = "http"\n', "n'offre pas cette capacité ; visitor ou attended"),
        ('[capabilities]\nclock = "attended"\n', "n'offre pas cette capacité"),
        (JOURNEY.format("sign_inn", '{ open = "/x" }'), "vouliez-vous « sign_in » ?"),
        (JOURNEY.format("revoke", ""), "journeys.revoke.steps : [] : au moins un pas"),
        (JOURNEY.format("revoke", "{}"), "steps[0] : {} : open, fill ou press est attendu"),
        (
            JOURNEY.format("revoke", '{ press = "{moyen}" }'),
            "steps[0] : {moyen} : variable inconnue ici ; celles du parcours : {means}",
        ),
        (
            JOURNEY.format("second_factor", '{ press = "Valider" }'),
            "journeys.second_factor.steps : {code} n'y est pas",
        ),
        (JOURNEY.format("account", '{ open = "compte" }'), 'steps[0].open : "compte" : un chemin'),
        (
            JOURNEY.format("account", '{ open = "/c" }') + 'reads = { nom = "Nom" }\n',
            "journeys.account.reads.nom : nom inconnu ; totp_secret",
        ),
        (
            '[[drivers.visitor.stages]]\nstage = "second-facteur"\npath = "/x"\n',
            "vouliez-vous « second facteur » ?",
        ),
        ('[[drivers.visitor.stages]]\nstage = "ouvert"\n', "stages[0] : path ou text est attendu"),
        (
            '[drivers.visitor.protected]\npatients = ["/x"]\n',
            "drivers.visitor.protected.patients : clé inconnue ; patient ou professional ou profil",
        ),
        ('[drivers.visitor.protected]\npatient = ["x"]\n', '"x" : un chemin /… est attendu'),
        (
            '[drivers.visitor.protected_api]\npatient = ["/x/{id}"]\n',
            "{id} : variable inconnue ici ; {account_id}, {patient_id}",
        ),
        ('[drivers.visitor.account_labels]\nnom = "Nom"\n', "account_labels.nom : nom inconnu"),
        ('[drivers.visitor]\ncode = "(\\\\d{6}"\n', "drivers.visitor.code : "),
        ('[drivers.visitor]\ncode = "\\\\d{6}"\n', "un groupe (…) et un seul est attendu"),
        ('[drivers.visitor]\nhosts = ["sso"]\n', 'hosts[0] : "sso" : https://hôte[:port]'),
        ('[drivers.visitor]\nway = "htlm"\n', "vouliez-vous « html » ?"),
        (
            "[simulators]\nports = { insi = 8443, psc = 8443 }\n",
            "simulators.ports.psc : 8443 : déjà pris par simulators.ports.insi",
        ),
        (
            BASE + '[capabilities]\naudit = "http"\n',
            'drivers.http.operations.audit_fhir : table absente ; capabilities.audit = "http"',
        ),
        (
            BASE + '[capabilities]\npeople = "http"\n',
            "drivers.http.operations.patient_access : table absente",
        ),
    ],
)
def test_incoherence_is_told(file: Path, text: str, expected: str) -> None:
    assert expected in faults(file, MINIMAL + text)


def test_people_of_a_target_without_professionals_are_patients(file: Path) -> None:
    told = faults(file, MINIMAL + BASE + '[capabilities]\npeople = "http"\n')
    assert "professional_create" not in told


def test_one_form_of_traces_is_enough(file: Path) -> None:
    text = '[capabilities]\naudit = "http"\n[drivers.http.operations.audit_csv]\npath = "/a"\n'
    assert load(file, MINIMAL + BASE + text).drivers.http.operations["audit_csv"].path == "/a"


def test_every_journey_can_be_told_to_a_person_and_is_in_the_demo(tmp_path: Path) -> None:
    assert set(ACTS) == set(JOURNEYS)
    authority = tmp_path / "ca.pem"
    authority.touch()
    environ = {
        "BANC_DEMO_URL": "https://127.0.0.1:8443",
        "BANC_DEMO_MLLP": "127.0.0.1:2575",
        "BANC_DEMO_CA": str(authority),
        "BANC_DEMO_USER": "pro.martin",
        "BANC_DEMO_PASSWORD": "mot-de-passe",
    }
    try:
        demo = load_target(FIXTURES / "demo.toml", environ)
    except ConfigurationProblem as problem:  # the message lists the faults: the test shows it
        pytest.fail(str(problem))
    assert set(demo.drivers.visitor.journeys) == set(JOURNEYS)


def test_the_guide_lists_every_journey_and_operation() -> None:
    guide = (FIXTURES.parents[1] / "docs" / "contrats.md").read_text(encoding="utf-8")
    absent = [one for one in JOURNEYS if f"| `{one}` |" not in guide]
    access = ("professional", "account_identity", "correspondent", "directory", "audit", "psc_")
    named = [one for one in KNOWN_OPERATIONS if one.startswith(access)]
    assert not absent and not [one for one in named if f"`{one}`" not in guide]


def test_the_template_of_sign_in_is_a_file_that_loads(file: Path) -> None:
    template = (FIXTURES / "modele.toml").read_text(encoding="utf-8")
    section = template.partition("── §12. ")[2].partition("── §13. ")[0]
    written = re.findall(r"^# (\[\S+\]|\w+ = .*?)(?:\s{2,}\S.*)?$", section, re.MULTILINE)
    text = "\n".join(("", *written, ""))
    secrets = {"LOGICIEL_SECRET_USAGER": "secret-1234", "LOGICIEL_CLE_TOTP": "JBSWY3DPEHPK3PXP"}
    options = load(file, MINIMAL + BASE + text, **secrets).drivers.visitor
    assert set(options.journeys) == {"sign_in", "second_factor", "choose_factor"}
    assert options.accounts["patient"].user == "usager.essai" and options.stages
