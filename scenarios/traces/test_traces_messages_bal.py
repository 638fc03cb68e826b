"""MSS/CONF.17, .18, INS 41 — chaque envoi d'une boîte aux lettres est tracé, même en échec."""

from harness import requirement, scenario


@requirement("MSS/CONF.17", "MSS/CONF.18", "INS 41", "INS/va1.46")
@scenario(
    *("MSS/CONF.17.01", "MSS/CONF.18.01", "INS 41.1", "INS/va1.46.01"),
    "Message envoyé, message refusé par le serveur : auteur, instant, demande, réponse",
)
def test_each_message_is_traced_with_its_answer(audit, people, dossier):
    with dossier.step("Créer une identité, exporter les traces"):
        patient = people.known("etranger")
        audit.begin()

    with dossier.step("Envoyer un message, puis un autre que le serveur refuse"):
        audit.mailing(patient)
        audit.mailing(patient, fails=True)

    with dossier.step("Exporter les traces"):
        exports = audit.exported(patient)
        dossier.proof("MSS/CONF.17.01.02", "MSS/CONF.18.01.02", *exports.files, "Envois tracés")
        dossier.proof("INS 41.1.1", "INS/va1.46.01.01", *exports.files, "Destinataires tracés")

    dossier.verify(
        *("TRA-09", "TRA-13", "TRA-17", "TRA-19", "TRA-20", "TRA-21", "TRA-22", "TRA-26"),
        "TRA-29",
        expected=exports.expected,
        **exports.roles,
    )
