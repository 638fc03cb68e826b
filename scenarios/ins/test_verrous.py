"""INS 29, 30, 31, INS/va1.18, .47, .48 — traits stricts verrouillés, les autres modifiables."""

import pytest

from harness import requirement, scenario
from harness.model.identity import STRICT_TRAITS

LOCKED = {"act": "trait strict", "user": "ordinaire"}
OPEN = {"act": "trait complémentaire", "user": "ordinaire"}


@pytest.mark.parametrize("trait", STRICT_TRAITS)
@requirement("INS 29", "INS/va1.18")
@scenario("INS 29.1", "INS/va1.18.01", "Récupérée : un trait strict est refusé à l'ordinaire")
def test_strict_traits_of_a_recovered_identity_are_locked(
    identities, insi, editing, dossier, trait
):
    insi.knows("homonyme-a")

    with dossier.step("Constituer une identité récupérée, et changer son nom utilisé"):
        patient = identities.create("homonyme-a", from_insi=True)
        control = editing.change(patient, "used_name")
        before = identities.read(patient)

    with dossier.step("Tenter de changer un trait strict"):
        attempt = editing.change(patient, trait)
        after = identities.read(patient)
        proof = ("INS 29.1.1", "INS/va1.18.01.01")
        dossier.proof(*proof, attempt.releve, after, "Blocage, puis identité inchangée")

    dossier.verify(
        "IDN-35",
        before=before,
        after=after,
        attempt=attempt.releve,
        control=control.releve,
        expected=LOCKED,
    )


@pytest.mark.parametrize("trait", STRICT_TRAITS)
@requirement("INS 29", "INS/va1.18")
@scenario("INS 29.1", "INS/va1.18.02", "Qualifiée : un trait strict est refusé à l'ordinaire")
def test_strict_traits_of_a_qualified_identity_are_locked(identities, editing, dossier, trait):
    with dossier.step("Constituer une identité qualifiée, et changer son nom utilisé"):
        patient = identities.qualified("homonyme-b")
        control = editing.change(patient, "used_name")
        before = identities.read(patient)

    with dossier.step("Tenter de changer un trait strict"):
        attempt = editing.change(patient, trait)
        after = identities.read(patient)
        proof = ("INS 29.1.1", "INS/va1.18.02.01")
        dossier.proof(*proof, attempt.releve, after, "Blocage, puis identité inchangée")

    dossier.verify(
        "IDN-35",
        before=before,
        after=after,
        attempt=attempt.releve,
        control=control.releve,
        expected=LOCKED,
    )


@requirement("INS 30", "INS/va1.47")
@scenario("INS 30.1", "INS/va1.47.01", "Récupérée : le verrou se voit")
def test_lock_of_a_recovered_identity_is_visible(identities, insi, editing, dossier):
    insi.knows("jumelle-a")

    with dossier.step("Ouvrir la page de modification d'une identité récupérée"):
        page = editing.page(identities.create("jumelle-a", from_insi=True))
        dossier.proof("INS 30.1.1", "INS/va1.47.01.01", page, "Traits stricts verrouillés")

    dossier.verify(page.releve, "IHM-10", expected={"status": "récupérée"})


@requirement("INS 30", "INS/va1.47")
@scenario("INS 30.1", "INS/va1.47.02", "Qualifiée : le verrou se voit")
def test_lock_of_a_qualified_identity_is_visible(identities, editing, dossier):
    with dossier.step("Ouvrir la page de modification d'une identité qualifiée"):
        page = editing.page(identities.qualified("jumelle-b"))
        dossier.proof("INS 30.1.1", "INS/va1.47.02.01", page, "Traits stricts verrouillés")

    dossier.verify(page.releve, "IHM-10", expected={"status": "qualifiée"})


@pytest.mark.parametrize("trait", ["used_name", "used_given_name"])
@requirement("INS 31", "INS/va1.48")
@scenario("INS 31.1", "INS/va1.48.01", "Récupérée : un trait complémentaire se modifie")
def test_other_traits_of_a_recovered_identity_change(identities, insi, editing, dossier, trait):
    insi.knows("homonyme-lieu-a")

    with dossier.step("Changer un trait complémentaire d'une identité récupérée"):
        patient = identities.create("homonyme-lieu-a", from_insi=True)
        before = identities.read(patient)
        attempt = editing.change(patient, trait)
        after = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 31.1.1", "INS/va1.48.01.01", screen, "Modification acceptée")

    dossier.verify(
        "IDN-36", "IDN-38", before=before, after=after, attempt=attempt.releve, expected=OPEN
    )


@pytest.mark.parametrize("trait", ["used_name", "used_given_name"])
@requirement("INS 31", "INS/va1.48")
@scenario("INS 31.1", "INS/va1.48.02", "Qualifiée : un trait complémentaire se modifie")
def test_other_traits_of_a_qualified_identity_change(identities, editing, dossier, trait):
    with dossier.step("Changer un trait complémentaire d'une identité qualifiée"):
        patient = identities.qualified("homonyme-lieu-b")
        before = identities.read(patient)
        attempt = editing.change(patient, trait)
        after = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 31.1.1", "INS/va1.48.02.01", screen, "Modification acceptée")

    dossier.verify(
        "IDN-36", "IDN-38", before=before, after=after, attempt=attempt.releve, expected=OPEN
    )
