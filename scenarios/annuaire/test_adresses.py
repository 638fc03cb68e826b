"""ANN 5, ANN/va1.05, ANN/va1.06 — les adresses MSSanté viennent de la source de référence."""

from harness import requirement, scenario

pytestmark = requirement("ANN 5", "ANN/va1.05", "ANN/va1.06")


@scenario(
    "ANN 5.1",
    "ANN/va1.05.01",
    "ANN/va1.06.01",
    "L'adresse d'un professionnel est celle de la source",
)
def test_mailbox_comes_from_the_source(annuaire, dossier):
    with dossier.step("Créer la fiche d'un correspondant et lire ses adresses"):
        since = annuaire.mark()
        held = annuaire.correspondent("medecin")
        record = annuaire.record(held)
        sent = annuaire.exchanges(since)
        dossier.proof("ANN 5.1.1", *sent, "Appels à l'Annuaire Santé et réponses")
        dossier.attach(record)

    expected = {"mailboxes": list(held.professional.mailboxes)}
    dossier.verify("ANU-05", record=record, expected=expected)


@scenario(
    "ANN 5.1",
    "ANN/va1.05.01",
    "ANN/va1.06.01",
    "Une recherche rend toutes les adresses de la source",
)
def test_search_finds_every_mailbox(annuaire, dossier):
    with dossier.step("Chercher les adresses d'un nom que soixante professionnels portent"):
        people = annuaire.knows_homonyms("medecin")
        since = annuaire.mark()
        found = annuaire.mailboxes(people[0])
        sent = annuaire.exchanges(since)
        dossier.proof("ANN 5.1.1", *sent, "Appels à l'Annuaire Santé et réponses")
        dossier.proof(
            "ANN 5.1.2", "ANN/va1.05.01.01", "ANN/va1.06.01.01", found, "Adresses trouvées"
        )

    dossier.verify("ANU-05", record=found, expected=annuaire.publishing(people))
