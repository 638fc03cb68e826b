"""Rules on the creation form and on what a screen says of a refusal."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.identity import COMPULSORY_AT_CREATION, FIELD_LABELS
from harness.model.releve import ScreenReleve
from harness.validators import Check, Finding, Level, rule
from harness.validators.screen import reader
from harness.validators.screen.reader import CREATION_PAGE

_LISTS = ("screen_labels",)


def creation_forms(check: Check) -> Iterator[ScreenReleve]:
    """Yield the creation form."""
    page = reader.page(check, CREATION_PAGE)
    if page is not None and any(field.editable for field in page.fields):
        yield page


@rule(
    "IHM-07",
    cites=("INS 11", "INS 12", "INS/va1.21", "INS/va1.22"),
    each=creation_forms,
    lists=_LISTS,
)
def form_requires_the_five_traits_alone(page: ScreenReleve, check: Check) -> Iterator[Finding]:
    """The creation form asks the five compulsory traits and marks no other field as required."""
    asked = {reader.trait_of(field) for field in page.fields if field.editable}
    for trait in COMPULSORY_AT_CREATION:
        if trait not in asked:
            yield Finding(
                FIELD_LABELS[trait],
                "un champ de saisie",
                "absent du formulaire",
                "Le champ porte-t-il un autre libellé ?",
            )
    for field in page.fields:
        if field.required and reader.trait_of(field) not in COMPULSORY_AT_CREATION:
            yield Finding(
                field.label or "(champ sans libellé)",
                "facultatif : cinq traits seuls sont obligatoires",
                "marqué obligatoire",
                "Le logiciel peut-il compléter ce champ plus tard ?",
            )


def refusals(check: Check) -> Iterator[ScreenReleve]:
    """Yield the page shown after a refusal: role `attempt` not accepted, or `cause` expected."""
    page = reader.page(check)
    if page is None:
        return
    act = reader.attempt(check)
    if "cause" in check.expected or (act is not None and not act.accepted):
        yield page


@rule(
    "IHM-08",
    cites=("INS 11", "INS 15", "INS 16"),
    each=refusals,
    lists=_LISTS,
)
def refusal_is_told_with_its_cause(page: ScreenReleve, check: Check) -> Iterator[Finding]:
    """A refusal or a block is told on the screen by an alert that names its cause."""
    said = [alert for alert in page.alerts if alert.strip()]
    words = reader.cause_words(check)
    if not said:
        yield Finding(
            f"page {page.page}",
            "une alerte qui dit le refus et sa cause",
            "aucune alerte",
            "Le message est-il dans une zone annoncée comme alerte (drivers.screens.alert) ?",
        )
    elif words and not any(word in reader.plain(alert) for alert in said for word in words):
        yield Finding(
            f"page {page.page}",
            f"une alerte qui nomme la cause ({' ou '.join(words)})",
            " · ".join(said),
            "Le message dit-il quel trait est en cause ? À relire sur la capture.",
            # The words of a message are free: only a person can say that the cause is not named.
            Level.WARNING,
        )
