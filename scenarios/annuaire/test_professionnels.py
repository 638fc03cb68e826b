"""ANN 2, ANN/va1.02, SSI/IE.30 — le compte d'un professionnel vient de l'Annuaire Santé."""

from harness import requirement, scenario


@requirement("ANN 2", "ANN/va1.02", "SSI/IE.30")
@scenario(
    *("ANN 2.1", "ANN/va1.02.01", "SSI/IE.30.01"),
    "Le compte est rattaché à l'identifiant national et porte les données de l'Annuaire",
)
def test_account_is_made_of_the_directory(annuaire, dossier):
    with dossier.step("Créer le compte par l'identifiant national"):
        since = annuaire.mark()
        held = annuaire.account("medecin-deux-exercices")
        calls = annuaire.calls(since)
        record = annuaire.record(held)
        proof = ("ANN 2.1.1", "ANN/va1.02.01.01", "SSI/IE.30.01.01")
        dossier.proof(*proof, record, calls, "Compte créé et recherche dans l'Annuaire")

    expected = annuaire.expecting(held)
    dossier.verify("ANU-01", "ANU-02", record=record, expected=expected)
    dossier.verify("ANU-08", control=held.attempt, calls=calls, expected=expected)


@requirement("SSI/IE.30")
@scenario("SSI/IE.30.01", "Un identifiant que l'Annuaire ignore ne fait pas de compte")
def test_unknown_identifier_makes_no_account(annuaire, dossier):
    with dossier.step("Créer un compte sous un identifiant connu (jumeau permis)"):
        control = annuaire.account("medecin")

    with dossier.step("Créer un compte sous un identifiant inconnu de l'Annuaire"):
        attempt = annuaire.unknown_account("infirmier")
        dossier.attach(attempt.attempt)

    unknown = {"unknown": attempt.professional.national_id}
    dossier.verify("ANU-08", attempt=attempt.attempt, control=control.attempt, expected=unknown)


@requirement("ANN 2", "ANN/va1.02")
@scenario(
    *("ANN 2.1", "ANN/va1.02.01"),
    "La mise à jour prend ce que l'Annuaire a changé et laisse les données locales",
)
def test_refresh_takes_changes_and_leaves_local_data(annuaire, dossier):
    with dossier.step("Créer le compte, avec des données locales à part"):
        held = annuaire.account("medecin", local=annuaire.local)
        before = annuaire.record(held)
        dossier.proof("ANN 2.1.2", before, "Données de l'Annuaire, et données locales à part")

    with dossier.step("Changer le nom et l'adresse dans l'Annuaire, puis mettre à jour"):
        held = annuaire.renames(held)
        dossier.attach(annuaire.refresh_account(held).releve)
        record = annuaire.record(held)
        proof = ("ANN 2.1.2", "ANN/va1.02.01.01")
        dossier.proof(*proof, record, "Compte mis à jour, données locales intactes")

    expected = annuaire.expecting(held, "exercise_name", local=dict(annuaire.local))
    dossier.verify("ANU-04", "ANU-07", before=before, record=record, expected=expected)
