"""ANN 1, ANN/va1.01, ANN 4, ANN/va1.04 — des données d'un mois au plus, au rythme réglé."""

import pytest

from harness import requirement, scenario


@pytest.mark.parametrize("way", ["api", "extraction"])
@requirement("ANN 1", "ANN/va1.01")
@scenario("ANN 1.1", "ANN/va1.01.01", "Les données de l'Annuaire Santé sont prises et datées")
def test_data_are_taken_from_the_source(annuaire, dossier, way):
    with dossier.step("Mettre à jour depuis l'Annuaire Santé"):
        annuaire.knows("medecin")
        since = annuaire.mark()
        state = annuaire.refresh(way)
        sent = annuaire.exchanges(since)
        proof = ("ANN 1.1.1", "ANN/va1.01.01.01")
        dossier.proof(*proof, state.releve, *sent, "Mise à jour, demandes et réponses")

    with dossier.step("Créer un compte et lire la date de ses données"):
        held = annuaire.account("medecin")
        record = annuaire.record(held)
        dossier.proof("ANN/va1.01.01.02", record, "Professionnel retrouvé")

    dossier.verify("ANU-01", "ANU-02", record=record, expected=annuaire.expecting(held))


@requirement("ANN 1", "ANN/va1.01")
@scenario("ANN 1.1", "ANN/va1.01.01", "Des données de plus d'un mois ne servent pas")
def test_data_of_more_than_a_month_serve_nothing(annuaire, dossier):
    with dossier.step("Créer un compte sur des données du jour (jumeau permis)"):
        control = annuaire.account("medecin")

    with dossier.step("Créer un compte quand l'Annuaire sert des données de 45 jours"):
        annuaire.knows("infirmier")
        with annuaire.failing("donnees-anciennes"):
            attempt = annuaire.account("infirmier")
        dossier.attach(attempt.attempt)

    expected = {"age_days": 45}
    dossier.verify("ANU-01", attempt=attempt.attempt, control=control.attempt, expected=expected)


@requirement("ANN 1", "ANN/va1.01")
@scenario("ANN 1.1", "ANN/va1.01.01", "Une extraction qui vieillit finit par ne plus servir")
def test_loaded_extraction_ages(annuaire, dossier):
    with dossier.step("Charger l'extraction, puis perdre l'Annuaire"):
        annuaire.knows("medecin", "infirmier")
        annuaire.refresh("extraction")

    with annuaire.failing("erreur-500"):
        with dossier.step("Créer un compte cinq jours plus tard (jumeau permis)"):
            annuaire.later(5)
            control = annuaire.account("medecin")

        with dossier.step("Créer un compte trente-deux jours après le chargement"):
            annuaire.later(27)
            since = annuaire.mark()
            attempt = annuaire.account("infirmier")
            calls = annuaire.calls(since)
            dossier.attach(attempt.attempt, calls)

    roles = {"attempt": attempt.attempt, "control": control.attempt, "calls": calls}
    dossier.verify("ANU-01", **roles, expected={"age_days": 32})


@requirement("ANN 4", "ANN/va1.04")
@scenario("ANN 4.1", "ANN/va1.04.01", "La fréquence de mise à jour se règle, et elle est suivie")
def test_frequency_is_set_and_followed(annuaire, screens, dossier):
    with dossier.step("Régler la fréquence à deux jours"):
        with annuaire.frequency(2):
            settings = screens.settings()
            proof = ("ANN 4.1.1", "ANN/va1.04.01.01")
            dossier.proof(*proof, settings, "Fréquence réglée à deux jours")
            held = annuaire.account("medecin")

            with dossier.step("Lire la fiche un jour plus tard (rien à faire)"):
                annuaire.later(1)
                early = annuaire.mark()
                annuaire.record(held)
                before = annuaire.calls(early)

            with dossier.step("Lire la fiche trois jours après sa création"):
                annuaire.later(2)
                late = annuaire.mark()
                dossier.attach(annuaire.record(held))
                after = annuaire.calls(late)
                dossier.attach(before, after)

    dossier.verify("ANU-06", settings=settings.releve)
    dossier.verify("ANU-06", calls=before, expected={"frequency": {"days": 2, "elapsed": 1}})
    dossier.verify("ANU-06", calls=after, expected={"frequency": {"days": 2, "elapsed": 3}})
