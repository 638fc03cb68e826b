"""INS 26, INS/va1.44 — chaque changement de statut est historisé, dans trois cas."""

from harness import requirement, scenario

pytestmark = requirement("INS 26", "INS/va1.44")


@scenario("INS 26.1", "INS/va1.44.01", "Premier cas : une pièce contrôlée")
def test_check_of_a_document_is_historised(identities, dossier):
    with dossier.step("Contrôler la pièce d'une identité provisoire"):
        patient = identities.create("apostrophe-en-tete")
        before = identities.read(patient)
        identities.validate(patient)
        after = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 26.1.1", "INS/va1.44.01.01", screen, "Historique, premier cas")

    dossier.verify("IDN-15", before=before, after=after)


@scenario("INS 26.1", "INS/va1.44.01", "Deuxième cas : une réponse d'INSi")
def test_answer_of_insi_is_historised(identities, insi, dossier):
    insi.knows("nom-espace")

    with dossier.step("Appeler INSi pour une identité validée"):
        patient = identities.create("nom-espace", verified=True)
        before = identities.read(patient)
        identities.call_insi(patient)
        after = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 26.1.1", "INS/va1.44.01.02", screen, "Historique, deuxième cas")

    dossier.verify("IDN-15", before=before, after=after)


@scenario("INS 26.1", "INS/va1.44.01", "Troisième cas : un attribut posé")
def test_attribute_is_historised(identities, editing, dossier):
    with dossier.step("Marquer douteuse une identité qualifiée"):
        patient = identities.qualified("double-tiret")
        before = identities.read(patient)
        editing.mark(patient, "douteuse")
        after = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 26.1.1", "INS/va1.44.01.03", screen, "Historique, troisième cas")

    dossier.verify("IDN-15", before=before, after=after, expected={"act": "attribut"})
