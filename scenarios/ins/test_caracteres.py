"""INS 1, INS/va1.56 — le nommage admet tiret, apostrophe, espace et 54 caractères."""

import pytest

from harness import requirement, scenario

pytestmark = requirement("INS 1", "INS/va1.01", "INS/va1.56")

ADMITTED = {
    "tiret": "trait-d-union",
    "apostrophe": "apostrophe",
    "espace": "nom-espace",
    "54-caracteres": "nom-long-54",
}
REFUSED = {
    "minuscules": {"birth_name": "Durvelan"},
    "accent": {"birth_name": "DURVÉLAN"},
    "trema": {"birth_name": "NOËLDRAN"},
    "cedille-au-prenom": {"birth_given_names": ("FRANÇOISE",)},
}


@pytest.mark.parametrize("key", ADMITTED.values(), ids=ADMITTED.keys())
@scenario("INS 1.2", "INS/va1.56.02", "Un caractère admis est accepté et conservé", only="ri")
def test_admitted_characters_are_kept(identities, dossier, key):
    with dossier.step("Créer l'identité dont le nom porte le caractère admis"):
        attempt = identities.attempt(key)
        traits = identities.person(key).traits()
        dossier.attach(attempt.releve)

    dossier.verify("IDN-02", attempt=attempt.releve, expected={"traits": traits})

    with dossier.step("Relire l'identité"):
        stored = identities.read(identities.patient(key, attempt))
        dossier.proof("INS 1.2.1", "INS/va1.56.02.01", stored, "Caractère admis, identité relue")

    dossier.verify("IDN-02", after=stored, expected={"traits": traits})


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
@scenario("INS 1.2", "INS/va1.56.02", "Minuscules, accents et signes sont refusés", only="ri")
def test_other_characters_are_refused(identities, dossier, change):
    with dossier.step("Créer d'abord une identité en capitales sans accent"):
        control = identities.attempt("durand-camille")

    with dossier.step("Tenter la création avec le caractère interdit"):
        refused = identities.attempt("homonyme-a", **change)
        dossier.proof("INS 1.2.1", "INS/va1.56.02.01", refused.releve, "Réponse du logiciel")

    dossier.verify("IDN-03", attempt=refused.releve, control=control.releve)


@pytest.mark.parametrize("key", ADMITTED.values(), ids=ADMITTED.keys())
@scenario("INS 1.2", "INS/va1.01.02", "Un flux portant ces caractères est accepté", only="esclave")
def test_admitted_characters_come_through_the_flow(gap, identities, dossier, key):
    with dossier.step("Recevoir du GAP l'identité dont le nom porte le caractère admis"):
        patient = gap.creates(key)

    with dossier.step("Relire l'identité"):
        stored = identities.read(patient)
        dossier.proof("INS 1.2.1", "INS/va1.01.02.01", stored, "Caractère admis, identité relue")

    dossier.verify(
        stored, "IDN-21", expected={"traits": patient.typed_traits, "intake": "creation"}
    )
