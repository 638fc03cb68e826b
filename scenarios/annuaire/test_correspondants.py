"""ANN 3, ANN/va1.03 — la fiche d'un correspondant vient de l'Annuaire Santé, comme un compte."""

from harness import requirement, scenario

pytestmark = requirement("ANN 3", "ANN/va1.03")


@scenario(
    *("ANN 3.1", "ANN/va1.03.01"),
    "Le correspondant est rattaché à l'identifiant national et porte les données de l'Annuaire",
)
def test_correspondent_is_made_of_the_directory(annuaire, dossier):
    with dossier.step("Créer la fiche par l'identifiant national"):
        held = annuaire.correspondent("medecin-deux-exercices")
        record = annuaire.record(held)
        dossier.proof("ANN 3.1.1", "ANN/va1.03.01.01", record, "Fiche du correspondant")

    dossier.verify("ANU-01", "ANU-03", record=record, expected=annuaire.expecting(held))


@scenario(
    *("ANN 3.1", "ANN/va1.03.01"),
    "La mise à jour prend ce que l'Annuaire a changé et laisse les données locales",
)
def test_refresh_takes_changes_and_leaves_local_data(annuaire, dossier):
    with dossier.step("Créer la fiche, avec des données locales à part"):
        held = annuaire.correspondent("medecin", local=annuaire.local)
        before = annuaire.record(held)
        dossier.proof("ANN 3.1.2", before, "Données de l'Annuaire, et données locales à part")

    with dossier.step("Changer le nom et l'adresse dans l'Annuaire, puis mettre à jour"):
        held = annuaire.renames(held)
        annuaire.refresh("extraction")
        record = annuaire.record(held)
        proof = ("ANN 3.1.2", "ANN/va1.03.01.01")
        dossier.proof(*proof, record, "Fiche mise à jour, données locales intactes")

    expected = annuaire.expecting(held, "exercise_name", local=dict(annuaire.local))
    dossier.verify("ANU-04", "ANU-07", before=before, record=record, expected=expected)
