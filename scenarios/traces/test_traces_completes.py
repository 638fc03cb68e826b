"""INS 3, 4, 17, 41 — chaque acte d'un utilisateur a sa trace exportée, et rien d'autre."""

from harness import requirement, scenario

_ENTAILED = ("modification", "changement-statut", "emission")


@requirement("INS 3", "INS/va1.39")
@scenario("INS 3.1", "INS/va1.39.01", "Note, document, lecture, refus : tracés dans chaque export")
def test_each_business_action_has_its_trace(audit, people, dossier):
    with dossier.step("Créer une identité, exporter les traces"):
        patient = people.known("durand-camille")
        audit.begin(every_form=True)

    with dossier.step("Lire l'identité, écrire une note, déposer un document, lire une fiche"):
        audit.read(patient)
        audit.note(patient)
        audit.document(patient)
        audit.good_practice()

    with dossier.step("Tenter une lecture sans en avoir le droit"):
        audit.is_refused(patient)

    with dossier.step("Exporter les traces, dans chaque format offert"):
        exports = audit.exported(patient)
        dossier.proof("INS 3.1.1", "INS/va1.39.01.01", *exports.files, "Traces exportées")

    dossier.verify_whole("traces fhir", exports.expected, **exports.roles)


@requirement("INS 3", "INS 4", "INS 17", "INS 41")
@requirement("INS/va1.39", "INS/va1.49", "INS/va1.27", "INS/va1.46")
@scenario(
    *("INS 3.1", "INS 4.1", "INS 17.1", "INS 41.1"),
    *("INS/va1.39.01", "INS/va1.49.01", "INS/va1.27.01", "INS/va1.46.01"),
    "Appel à INSi, modification, envoi à un partenaire : chacun a sa trace exportée",
    only="ri",
)
def test_each_act_on_an_identity_has_its_trace(audit, identities, editing, insi, dossier):
    insi.knows("nom-utilise")

    with dossier.step("Créer une identité vérifiée, exporter les traces"):
        patient = identities.create("nom-utilise", verified=True)
        audit.begin()

    with dossier.step("Appeler INSi, changer le nom utilisé, envoyer l'identité à un partenaire"):
        audit.call_insi(patient)
        audit.change(patient, used_name="MARCELLIN")
        audit.emit(patient)

    with dossier.step("La marquer douteuse"), audit.doing("attributs", patient, also=_ENTAILED):
        editing.mark(patient, "douteuse")

    with dossier.step("Exporter les traces"):
        exports = audit.exported(patient)
        dossier.proof(
            "INS 3.1.1", "INS 4.1.1", "INS 17.1.1", "INS 41.1.1", *exports.files, "Traces"
        )

    dossier.verify(
        *("TRA-09", "TRA-10", "TRA-11", "TRA-12", "TRA-13", "TRA-15", "TRA-16", "TRA-17"),
        *("TRA-18", "TRA-19", "TRA-20", "TRA-21", "TRA-22", "TRA-28", "TRA-29"),
        expected=exports.expected,
        **exports.roles,
    )


@requirement("INS 41", "INS/va1.46")
@scenario(
    "INS 41.1", "INS/va1.46.01", "Identité reçue avec son INS : tracée, sans matricule entier"
)
def test_each_reception_has_its_trace(audit, gap, dossier):
    with dossier.step("Exporter les traces, puis recevoir de la GAP une identité validée"):
        audit.begin()
        patient = audit.receives(gap, "corse-2b")

    with dossier.step("Exporter les traces"):
        exports = audit.exported(patient)
        dossier.proof("INS 41.1.1", "INS/va1.46.01.01", *exports.files, "Réception tracée")

    dossier.verify(
        *("TRA-11", "TRA-12", "TRA-15", "TRA-16", "TRA-18", "TRA-19", "TRA-21", "TRA-22"),
        expected=exports.expected,
        **exports.roles,
    )
