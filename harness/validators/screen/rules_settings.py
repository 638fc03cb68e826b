"""Rules on the pages of settings."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.releve import ScreenReleve
from harness.validators import Check, Finding, rule
from harness.validators.screen import reader

RIGHTS_PAGE, SETTINGS_PAGE = "habilitations", "reglages"


def rights_pages(check: Check) -> Iterator[ScreenReleve]:
    """Yield the page of rights, when the rights that it must show are given (`rights`)."""
    page = reader.page(check, RIGHTS_PAGE)
    if page is not None and check.expected.get("rights"):
        yield page


@rule("IHM-13", cites=("INS 5", "INS 6", "INS/va1.50", "INS/va1.32"), each=rights_pages)
def rights_are_shown_by_profile(page: ScreenReleve, check: Check) -> Iterator[Finding]:
    """The settings show, profile by profile, the right to the identity and the right to INSi."""
    settings = [reader.plain(f"{field.label} {field.value}") for field in page.fields]
    # A page that lists its rights as plain text has no labelled value.
    said = settings or [reader.plain(page.text)]
    for right in check.expected["rights"]:
        if not any(reader.plain(str(right)) in one for one in said):
            yield Finding(
                "page des habilitations",
                f"un réglage du droit « {right} » pour chaque profil",
                "aucun réglage qui le nomme",
                "Les profils et leurs droits sont-ils affichés sur cette page ?",
            )


def print_settings_pages(check: Check) -> Iterator[ScreenReleve]:
    """Yield the page of settings, when traits were chosen to be printed (`printed_traits`)."""
    page = reader.page(check, SETTINGS_PAGE)
    if page is not None and check.expected.get("printed_traits"):
        yield page


@rule("IHM-18", cites=("INS 43", "INS/va1.10"), each=print_settings_pages)
def settings_offer_the_traits_to_print(page: ScreenReleve, check: Check) -> Iterator[Finding]:
    """The settings offer the choice of the further traits that documents bear."""
    labels = [field.label for field in page.fields if field.editable]
    if not any("imprim" in reader.plain(text) for text in (*labels, page.text)):
        yield Finding(
            "page des réglages",
            "un réglage des traits imprimés en plus des traits obligatoires",
            "rien qui parle d'impression",
            "Le réglage est-il sur une autre page (drivers.screens.pages.settings) ?",
        )
