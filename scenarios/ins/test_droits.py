"""INS 5, INS/va1.50 — un profil sans droit n'atteint pas les données de la personne."""

from harness import requirement, scenario

pytestmark = requirement("INS 5", "INS/va1.50")


@scenario("INS 5.1", "INS/va1.50.01", "La fiche est fermée à un profil sans droit")
def test_page_is_closed_without_the_right(rights, identities, dossier):
    with dossier.step("Montrer le réglage des droits"):
        settings = rights.settings()
        dossier.proof("INS 5.1.1", "INS/va1.50.01.01", settings, "Réglage des droits par profil")

    with dossier.step("Ouvrir la fiche avec le droit (jumeau permis)"):
        patient = identities.qualified("nom-utilise")
        permitted = rights.page(patient)

    with dossier.step("Ouvrir la même fiche sans le droit"):
        refused = rights.page_shown(patient, by="sans_acces")
        dossier.proof("INS 5.1.1", "INS/va1.50.01.01", refused, "Accès refusé à la fiche")

    dossier.verify(settings.releve, "IHM-13", expected={"rights": ["identité"]})
    traits = {"traits": patient.traits}
    dossier.verify("AUT-01", page=refused.releve, control=permitted, expected=traits)


@scenario("INS 5.1", "INS/va1.50.01", "Les interfaces sont fermées à un profil sans droit")
def test_interfaces_are_closed_without_the_right(rights, identities, dossier):
    with dossier.step(
        "Lire l'identité, la chercher, la lire en FHIR et lire son journal avec le droit"
    ):
        patient = identities.qualified("nom-utilise")
        read = rights.answer("read", patient)
        found = rights.answer("search", patient)
        fhir = rights.answer("fhir_view", patient)
        journal = rights.journal(patient)

    with dossier.step("Tenter la même chose sans le droit"):
        read_refused = rights.answer("read", patient, by="sans_acces")
        search_refused = rights.answer("search", patient, by="sans_acces")
        fhir_refused = rights.answer("fhir_view", patient, by="sans_acces")
        journal_refused = rights.journal(patient, by="sans_acces")
        dossier.attach(read_refused, search_refused, fhir_refused, journal_refused)

    traits = {"traits": patient.traits}
    dossier.verify("AUT-02", answer=read_refused, control=read, expected=traits)
    dossier.verify("AUT-02", answer=search_refused, control=found, expected=traits)
    dossier.verify("AUT-02", answer=fhir_refused, control=fhir, expected=traits)
    dossier.verify("AUT-05", journal=journal_refused, control=journal)


@scenario(
    "INS 5.1", "INS/va1.50.01", "Un droit retiré ferme l'accès, et seul son gardien le retire"
)
def test_withdrawn_right_closes_the_access(rights, identities, dossier):
    with dossier.step("Lire l'identité sous un profil qui en a le droit"):
        patient = identities.qualified("nom-utilise")
        before = rights.answer("read", patient, by="sans_insi")

    with dossier.step("Retirer ce droit, lire et changer les droits sans le droit, puis le rendre"):
        with rights.withdrawn() as kept:
            after = rights.answer("read", patient, by="sans_insi")
            attempt = rights.change(by="second")
        dossier.attach(before, after)

    traits = {"traits": patient.traits}
    dossier.verify("AUT-02", answer=after, control=before, expected=traits)
    dossier.verify("AUT-04", attempt=attempt.releve, control=kept.releve)
