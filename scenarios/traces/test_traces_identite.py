"""INS 3, 17, 41, INS/va1.39, .27, .46 — accès, modifications et échanges sont au journal."""

from harness import requirement, scenario


@requirement("INS 3", "INS/va1.39")
@scenario(
    "INS 3.1", "INS/va1.39.01", "Deux professionnels ouvrent la fiche : chacun est au journal"
)
def test_each_access_to_the_identity_is_traced(traces, identities, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("durand-camille")
        watch = traces.watch(patient)

    with dossier.step("Ouvrir sa fiche, sous deux comptes"):
        dossier.attach(identities.screen(patient), traces.open_as("second", patient))

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        dossier.proof("INS 3.1.1", "INS/va1.39.01.01", journal.after, "Journal, les deux accès")
        dossier.attach(traces.page(patient))

    dossier.verify(
        "TRA-01",
        **journal.roles,
        expected=journal.expecting(
            traces.act("consultation", patient), traces.act("consultation", patient, by="second")
        ),
    )


@requirement("INS 17", "INS/va1.27")
@scenario("INS 17.1", "INS/va1.27.01", "Un trait modifié : date, heure, nature et professionnel")
def test_change_of_a_trait_is_traced(traces, identities, dossier):
    with dossier.step("Créer une identité provisoire"):
        patient = identities.create("durand-camille")
        watch = traces.watch(patient)

    with dossier.step("Modifier son nom utilisé"):
        changed = traces.change(patient, used_name="MARCELLIN")
        dossier.attach(changed.releve)

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS 17.1.1", "INS/va1.27.01.01", screen, "Journal, la modification")

    act = traces.act("modification", patient, field="used_name", value="MARCELLIN")
    dossier.verify("TRA-03", **journal.roles, expected=journal.expecting(act))


@requirement("INS 41", "INS/va1.46")
@scenario(
    "INS 41.1",
    "INS/va1.46.01",
    "Une identité envoyée : date, heure, émetteur, destinataire",
    only="ri",
)
def test_sending_to_a_partner_is_traced(traces, identities, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("nom-utilise")
        watch = traces.watch(patient)

    with dossier.step("L'envoyer à un partenaire"):
        message = identities.emit(patient, over="ihe-pam")

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS 41.1.1", journal.after, "Journal, l'envoi et le partenaire")
        dossier.proof("INS/va1.46.01.01", screen, message, "Journal, l'envoi et le partenaire")

    act = traces.act("emission", patient)
    dossier.verify("TRA-06", **journal.roles, message=message, expected=journal.expecting(act))


@requirement("INS 41", "INS/va1.46")
@scenario("INS 41.1", "INS/va1.46.01", "Une identité reçue : date, heure, émetteur")
def test_reception_from_a_partner_is_traced(traces, gap, dossier):
    with dossier.step("Recevoir une identité du GAP"):
        patient = gap.creates("etranger")
        watch = traces.watch(patient)

    with dossier.step("En recevoir la mise à jour"):
        flow = traces.receive(patient)

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        dossier.proof("INS 41.1.1", journal.after, "Journal, la réception et le partenaire")
        dossier.proof("INS/va1.46.01.01", traces.page(patient), flow.message, "Journal, réception")

    act = traces.act("reception", patient, by=None)
    dossier.verify("TRA-08", **journal.roles, message=flow.message, expected=journal.expecting(act))
