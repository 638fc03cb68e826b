"""`banc show ID`: one French card for each kind of id."""

from __future__ import annotations

import pytest

from harness.catalogue import DeclaredScenario, RuleRef, UnknownId, load_catalogue, show

catalogue = load_catalogue()


DECLARED = (
    DeclaredScenario(
        "scenarios/ins/test_x.py::test_y",
        ("INS 34", "INS/va1.53"),
        ("INS 34.1",),
        rule_ids=("V2-PID-09",),
    ),
)
RULES = (
    RuleRef(
        "V2-PID-09",
        ("INS 34",),
        "Le matricule ne circule que sous une identité validée.",
        module="harness.validators.hl7v2.rules_pid",
    ),
)


def card(wanted: str) -> str:
    return show(wanted, catalogue, DECLARED, RULES)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (
            "INS 34",
            (
                "Exigence INS 34",
                "copie tierce",
                "INS/va1.53, INS/va1.59",
                "preuve INS 34.1.1",
                "Couverture : automatique",
                "scenarios/ins/test_x.py::test_y",
                "V2-PID-09 — harness/validators/hl7v2/rules_pid.py",
                "harness/catalogue/dmn-1.2.2/ins-echanges.toml",
                "FAQ-DMN3",
            ),
        ),
        ("INS/va1.53", ("à confirmer", "LGC", "FAQ-53", "[numéro déduit]", "archive IHE_XDM")),
        ("INS/va1.36", ("Couverture : prévue", "LGC, BIO, DPI, RIS")),
        ("INS 34.1", ("Scénario de conformité INS 34.1", "INS/va1.53.01", "test_x.py::test_y")),
        ("INS 34.2", ("si impression", "Scénarios du banc : aucun")),
        ("INS/va1.53.01", ("déduit du schéma", "test_x.py::test_y")),
        ("INS 34.1.1", ("Preuve INS 34.1.1", "le banc peut la produire", "test_x.py::test_y")),
        ("INS 45.1.1", ("GZL", "pièce à fournir", "Scénarios du banc : aucun")),
        ("RGPD 1", ("documentaire", "déclaration signée")),
        ("MSS/va1", ("À importer MSS/va1", "37", "38 scénarios")),
        ("SC.MSS/CONF.14", ("À importer MSS/CONF", "SC.MSS/CONF.14")),
        ("V2-PID-09", ("Règle V2-PID-09", "INS 34 —", "test_x.py::test_y", "rules_pid.py")),
        ("  INS   34 ", ("Exigence INS 34",)),
    ],
)
def test_a_card_says_what_the_id_is(wanted: str, said: tuple[str, ...]) -> None:
    shown = card(wanted)
    for words in said:
        assert words in shown, shown


def test_every_id_of_the_catalogue_has_a_card() -> None:
    for known in sorted(catalogue.ids):
        assert known in card(known)


def test_an_unknown_id_names_its_neighbours_rules_included() -> None:
    with pytest.raises(UnknownId, match="V2-PID-09"):
        card("V2-PID-90")
    with pytest.raises(UnknownId, match="INS 34"):
        card("INS34")
