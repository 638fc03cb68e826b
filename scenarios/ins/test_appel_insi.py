"""INS 13, INS 23, INS/va1.52, .40 — la réponse d'INSi remplit les champs, statut récupérée."""

import pytest

from harness import requirement, scenario
from harness.model.identity import UNKNOWN_PLACE

WITHOUT_ANSWER = (
    "aucune",
    "plusieurs",
    "faute-soap",
    "connexion-coupee",
    "sans-reponse",
    "xml-malforme",
)


@requirement("INS 13", "INS/va1.52")
@scenario("INS 13.1", "INS/va1.52.01", "INSi remplit les champs de l'identité")
def test_insi_fills_the_fields(identities, insi, dossier):
    insi.knows("prenoms-multiples")

    with dossier.step("Créer l'identité provisoire : premier prénom seul, lieu inconnu"):
        patient = identities.create(
            "prenoms-multiples", compulsory_only=True, birth_place_code=UNKNOWN_PLACE
        )
        dossier.proof(
            "INS 13.1.1", "INS/va1.52.01.01", identities.screen(patient), "Avant l'appel à INSi"
        )

    with dossier.step("Appeler INSi, qui répond 00, et valider la réponse"):
        identities.call_insi(patient)
        stored = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 13.1.1", "INS/va1.52.01.01", screen, "Après l'appel à INSi")

    dossier.verify(stored, "IDN-08", "IDN-14", expected={"insi": insi.answer_for(patient)})
    dossier.verify(screen.releve, "IHM-05", "IHM-09", expected={"traits": insi.answer_for(patient)})


@requirement("INS 23", "INS/va1.40")
@scenario("INS 23.1", "INS/va1.40.01", "Provisoire, puis réponse d'INSi : identité récupérée")
def test_identity_becomes_recuperee(identities, insi, dossier):
    insi.knows("historique")

    with dossier.step("Créer l'identité provisoire"):
        patient = identities.create("historique")
        before = identities.read(patient)

    with dossier.step("Appeler INSi sans contrôle de pièce d'identité"):
        identities.call_insi(patient)
        after = identities.read(patient)
        dossier.proof(
            "INS 23.1.1",
            "INS/va1.40.01.01",
            identities.screen(patient),
            "Statut « récupérée » et historique",
        )

    dossier.verify(
        "IDN-09",
        "IDN-15",
        before=before,
        after=after,
        expected={"status_from": "provisoire", "status_to": "récupérée"},
    )


@requirement("INS 13", "INS/va1.52")
@scenario("INS 13.1", "INS/va1.52.01", "Deux jumelles connues d'INSi : chacune garde son INS")
def test_insi_gives_each_twin_her_own_ins(identities, insi, dossier):
    insi.knows("jumelle-a")
    insi.knows("jumelle-b")

    with dossier.step("Créer une des deux jumelles, puis appeler INSi"):
        patient = identities.create("jumelle-b", from_insi=True)
        stored = identities.read(patient)
        dossier.attach(stored)

    dossier.verify(stored, "IDN-08", "IDN-14", expected={"insi": insi.answer_for(patient)})


@pytest.mark.parametrize("fault", WITHOUT_ANSWER)
@requirement("INS 23", "INS/va1.40")
@scenario("INS 23.1", "INS/va1.40.01", "Sans réponse exploitable d'INSi, rien ne change")
def test_identity_is_unchanged_without_a_usable_answer(identities, insi, dossier, fault):
    insi.knows("durand-camille")

    with dossier.step("Créer l'identité provisoire"):
        patient = identities.create("durand-camille")
        before = identities.read(patient)

    with dossier.step("Appeler INSi, dont la réponse est inexploitable"):
        insi.fails_with(fault, patient)
        attempt = identities.call_insi(patient)
        after = identities.read(patient)
        dossier.attach(attempt.releve, after)

    dossier.verify("IDN-19", before=before, after=after, attempt=attempt.releve)
