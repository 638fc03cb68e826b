"""Labels are matched as people read them, and the tables below a page do not mislead."""

from __future__ import annotations

import pytest

from harness.model.check import Check, RuleOutcome
from harness.model.releve import AttemptReleve, ScreenField, ScreenReleve
from harness.validators.engine import judge, rules_named
from harness.validators.screen.reader import named_status, normalised, trait_of


def outcome(
    rule_id: str, page: ScreenReleve, attempt: AttemptReleve | None = None, **expected: object
) -> RuleOutcome:
    artefacts = {"subject": page.artefact("page")}
    if attempt is not None:
        artefacts["attempt"] = attempt.artefact("tentative")
    return judge(Check(artefacts, expected), rules_named(rule_id)).outcomes[0]


def patient(*fields: tuple[str, str], alerts: tuple[str, ...] = ()) -> ScreenReleve:
    shown = tuple(ScreenField(label, value) for label, value in fields)
    return ScreenReleve("patient", "https://exemple.test/1", "Fiche", "2026", shown, alerts)


@pytest.mark.parametrize(
    ("label", "trait"),
    [
        ("Nom de naissance", "birth_name"),
        ("NOM DE NAISSANCE *", "birth_name"),
        ("Nom", "birth_name"),
        ("1er prénom de naissance :", "first_birth_given_name"),
        ("Prénom", "first_birth_given_name"),
        ("Prénom(s) de naissance", "birth_given_names"),
        ("Date de naissance (JJ/MM/AAAA)", "birth_date"),
        ("Lieu de naissance (code INSEE)", "birth_place_code"),
        ("Nom d'usage", "used_name"),
        ("Matricule INS", "matricule"),
        ("Téléphone", ""),
        ("", ""),
    ],
)
def test_label_names_its_trait(label: str, trait: str) -> None:
    assert trait_of(ScreenField(label, "x")) == trait


@pytest.mark.parametrize(
    ("trait", "shown", "held"),
    [
        ("birth_date", "14/03/1979 (47 ans)", "1979-03-14"),
        ("birth_date", "1979-03-14", "1979-03-14"),
        ("sex", "Féminin", "F"),
        ("sex", "M", "M"),
        ("sex", "inconnu", "inconnu"),
        ("birth_given_names", "MAELLE, JEANNE", "MAELLE JEANNE"),
        ("birth_name", " D'ORVAL ", "D'ORVAL"),
    ],
)
def test_shown_value_is_normalised(trait: str, shown: str, held: str) -> None:
    assert normalised(trait, shown) == held


def test_status_is_found_in_a_sentence_but_never_guessed() -> None:
    status = named_status("Identité récupérée")
    assert status is not None and status.value == "récupérée"
    assert named_status("provisoire ou validée") is None


def test_refusal_needs_an_act_or_a_cause() -> None:
    page = patient(("Nom de naissance", "LORVELAN"))
    refused = AttemptReleve("création", accepted=False, missing="sex")
    assert outcome("IHM-08", page).examined == 0
    assert outcome("IHM-08", page, AttemptReleve("création", accepted=True)).examined == 0
    assert outcome("IHM-08", page, refused).findings
    assert outcome("IHM-08", page, cause="").findings
    said = patient(alerts=("Sexe : valeur attendue",))
    assert not outcome("IHM-08", said, refused).findings


def test_past_matricule_of_a_history_table_is_not_the_patient_s() -> None:
    current, past = "279037505600142", "179037505600185"
    page = patient(("Matricule INS", f"{current} (NIR)"), ("Matricule", past))
    assert not outcome("IHM-09", page, traits={"matricule": current}).findings
    assert not outcome("IHM-02", page).findings


def test_nature_before_the_matricule_does_not_count() -> None:
    assert outcome("IHM-02", patient(("Matricule INS", "NIR 279037505600142"))).findings
