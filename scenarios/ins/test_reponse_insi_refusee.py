"""INS 15, INS 16, INS/va1.28, INS/va1.31 — une INS incomplète ou fausse n'est jamais retenue."""

import pytest

from harness import requirement, scenario


@requirement("INS 15", "INS/va1.28")
@scenario("INS 15.1", "INS/va1.28.01", "Date de naissance à 00 : l'INS est refusée")
def test_birth_date_with_zeros_is_refused(identities, insi, dossier):
    insi.knows("durand-camille")

    with dossier.step("Créer l'identité provisoire"):
        patient = identities.create("durand-camille")
        before = identities.read(patient)

    with dossier.step("Appeler INSi, qui rend une date de naissance à 00"):
        insi.fails_with("date-00", patient)
        attempt = identities.call_insi(patient)
        after = identities.read(patient)
        dossier.proof(
            "INS 15.1.1", "INS/va1.28.01.01", identities.screen(patient), "Fiche après le blocage"
        )

    dossier.verify("IDN-12", before=before, after=after, attempt=attempt.releve)


EMPTY = {
    "nom": ("INS 16.1", "nom-vide"),
    "prenoms": ("INS 16.2", "prenoms-vides"),
    "sexe": ("INS 16.3", "sexe-vide"),
}


@pytest.mark.parametrize("case", EMPTY.values(), ids=EMPTY.keys())
@requirement("INS 16", "INS/va1.31")
@scenario(
    *("INS 16.1", "INS 16.2", "INS 16.3", "INS/va1.31.01", "INS/va1.31.02", "INS/va1.31.03"),
    "Nom, prénoms ou sexe vide : l'INS est refusée",
)
def test_empty_trait_is_refused(identities, insi, dossier, case):
    official, fault = case
    insi.knows("durand-camille")

    with dossier.step("Créer l'identité provisoire"):
        patient = identities.create("durand-camille")
        before = identities.read(patient)

    with dossier.step("Appeler INSi, qui rend un trait vide"):
        insi.fails_with(fault, patient)
        attempt = identities.call_insi(patient)
        after = identities.read(patient)
        dossier.proof(
            f"{official}.1",
            f"INS/va1.31.0{official[-1]}.01",
            identities.screen(patient),
            "Fiche après le blocage",
        )

    dossier.verify("IDN-13", before=before, after=after, attempt=attempt.releve)


@requirement("INS 13", "INS/va1.52")
@scenario("INS 13.1", "INS/va1.52.01", "Matricule dont la clé est fausse : l'INS est refusée")
def test_wrong_key_is_refused(identities, insi, dossier):
    insi.knows("durand-camille")

    with dossier.step("Créer l'identité provisoire"):
        patient = identities.create("durand-camille")
        before = identities.read(patient)

    with dossier.step("Appeler INSi, qui rend un matricule dont la clé est fausse"):
        insi.fails_with("cle-fausse", patient)
        attempt = identities.call_insi(patient)
        after = identities.read(patient)
        dossier.attach(attempt.releve, after)

    dossier.verify("IDN-22", before=before, after=after, attempt=attempt.releve)


@requirement("INS 15", "INS/va1.28")
@scenario("INS 15.1", "INS/va1.28.01", "Le blocage de l'INS est dit à l'écran")
def test_block_is_told_on_the_screen(identities, insi, screens, dossier):
    insi.knows("durand-camille")
    patient = identities.create("durand-camille")
    insi.fails_with("date-00", patient)

    with dossier.step("Appeler INSi depuis la fiche"):
        screen = screens.press(patient, "insi")
        dossier.proof("INS 15.1.1", "INS/va1.28.01.01", screen, "Alerte de blocage")

    dossier.verify(screen.releve, "IHM-08", expected={"cause": ["date", "naissance"]})
