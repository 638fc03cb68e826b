"""INS/va1.06, .63 — chaque vérification auprès d'INSi est au journal."""

from harness import requirement, scenario


@requirement("INS/va1.06")
@scenario("INS/va1.06.01", "Une vérification demandée : qui, quand, sur qui, quel code")
def test_verification_asked_by_a_user_is_traced(traces, identities, insi, editing, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("durand-camille")
        watch = traces.watch(patient)

    with dossier.step("Faire vérifier son INS"):
        dossier.attach(editing.verify_ins(patient).releve)

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS/va1.06.01.01", screen, "Journal, la vérification et son code")

    act = traces.act("verification", patient, code="00")
    dossier.verify("TRA-07", **journal.roles, expected=journal.expecting(act))


@requirement("INS/va1.06", "INS/va1.63")
@scenario(
    *("INS/va1.63.01", "INS/va1.06.01"), "Une vérification d'office, en échec : elle est au journal"
)
def test_verification_set_off_by_a_flow_is_traced(traces, identities, insi, other_domain, dossier):
    insi.does_not_confirm("nom-utilise")

    with dossier.step("Créer l'identité ici, provisoire"):
        patient = identities.create("nom-utilise")
        watch = traces.watch(patient)

    with dossier.step("Recevoir d'un autre domaine la même personne, avec une INS"):
        dossier.attach(*other_domain.verification(other_domain.sends("nom-utilise")).values())

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS/va1.63.01.01", "INS/va1.06.01.01", screen, "Journal, la vérification")

    act = traces.act("verification", patient, by=None, code="01")
    dossier.verify("TRA-07", **journal.roles, expected=journal.expecting(act))
