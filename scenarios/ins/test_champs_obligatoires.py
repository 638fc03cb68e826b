"""INS 11, INS 12, INS/va1.21, .22 — cinq champs obligatoires à la création, et eux seuls."""

import pytest

from harness import requirement, scenario
from harness.model.identity import COMPULSORY_AT_CREATION


@pytest.mark.parametrize("trait", COMPULSORY_AT_CREATION)
@requirement("INS 11", "INS/va1.21")
@scenario("INS 11.1", "INS/va1.21.01", "Création refusée quand un champ obligatoire manque")
def test_creation_is_refused_without_a_compulsory_trait(identities, dossier, trait):
    with dossier.step("Créer l'identité complète, pour montrer que la création fonctionne"):
        control = identities.attempt("durand-camille", compulsory_only=True)

    with dossier.step("Tenter une autre création en laissant le champ vide"):
        refused = identities.attempt("homonyme-a", compulsory_only=True, missing=trait)
        dossier.proof("INS 11.1.1", "INS/va1.21.01.01", refused.releve, "Réponse du logiciel")

    dossier.verify("IDN-05", attempt=refused.releve, control=control.releve)


@requirement("INS 11", "INS/va1.21")
@scenario("INS 11.1", "INS/va1.21.01", "L'écran de création dit le refus")
def test_creation_screen_tells_the_refusal(screens, dossier):
    with dossier.step("Créer à l'écran une identité complète"):
        control, _ = screens.create("durand-camille")

    with dossier.step("Laisser le nom de naissance vide et valider"):
        refused, screen = screens.create("homonyme-a", missing="birth_name")
        dossier.proof("INS 11.1.1", "INS/va1.21.01.01", screen, "Refus affiché")

    dossier.verify("IDN-05", attempt=refused.releve, control=control.releve)
    dossier.verify(screen.releve, "IHM-08", attempt=refused.releve)


@requirement("INS 12", "INS/va1.22")
@scenario("INS 12.1", "INS/va1.22.01", "Création acceptée avec les cinq champs seuls")
def test_nothing_else_is_compulsory(identities, dossier):
    with dossier.step("Créer l'identité sans nom ni prénom utilisés"):
        attempt = identities.attempt("durand-camille", compulsory_only=True)
        dossier.proof("INS 12.1.1", "INS/va1.22.01.01", attempt.releve, "Création acceptée")

    dossier.verify("IDN-06", attempt=attempt.releve)


@requirement("INS 11", "INS/va1.21")
@scenario("INS 11.1", "INS/va1.21.01", "Lieu de naissance inconnu (99999) : création acceptée")
def test_unknown_place_is_accepted(identities, dossier):
    with dossier.step("Créer l'identité d'une personne dont le lieu de naissance est inconnu"):
        attempt = identities.attempt("lieu-inconnu", compulsory_only=True)
        dossier.attach(attempt.releve)

    dossier.verify("IDN-06", attempt=attempt.releve)


@requirement("INS 12", "INS/va1.22")
@scenario("INS 12.1", "INS/va1.22.01", "Le formulaire de création n'exige rien d'autre")
def test_creation_form_requires_nothing_else(screens, dossier):
    with dossier.step("Ouvrir le formulaire de création"):
        form = screens.creation_form()
        dossier.proof("INS 12.1.1", "INS/va1.22.01.01", form, "Formulaire de création")

    dossier.verify(form.releve, "IHM-07")
