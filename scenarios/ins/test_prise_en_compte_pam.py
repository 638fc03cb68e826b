"""INS 45 — l'identité reçue par IHE PAM est prise en compte selon PID-32."""

from harness import requirement, scenario

pytestmark = requirement("INS 45", "INS/va1.62", "INS/va1.67", "INS/va1.68", "INS/va1.73")
MLLP = {"transport": "mllp"}


@scenario(
    "INS 45.1",
    *("INS/va1.62.01", "INS/va1.67.01", "INS/va1.68.01", "INS/va1.73.01"),
    "PID-32 à VALI : l'INS est retenue, l'identité est qualifiée",
)
def test_validated_identity_is_taken_with_its_ins(gap, identities, dossier):
    with dossier.step("Recevoir du GAP la création d'une identité validée, INS comprise"):
        patient = gap.creates("etranger", with_ins=True)

    with dossier.step("Relire l'identité"):
        stored = identities.read(patient)
        dossier.proof(
            "INS 45.1.2",
            "INS/va1.62.01.02",
            identities.screen(patient),
            "INS retenue, statut « qualifiée »",
        )

    dossier.verify(
        stored, "IDN-16", "IDN-14", expected={"traits": patient.traits, "intake": "vali"}
    )
    dossier.verify_whole("hl7v2", MLLP, request=patient.flow.message, answer=patient.flow.ack)


@scenario(
    "INS 45.2",
    *("INS/va1.62.02", "INS/va1.67.02", "INS/va1.68.02", "INS/va1.73.02"),
    "PID-32 autre que VALI : tout est retenu sauf l'INS",
)
def test_unvalidated_identity_is_taken_without_its_ins(gap, identities, dossier):
    with dossier.step("Recevoir du GAP une identité dont PID-32 vaut PROV"):
        patient = gap.creates("corse-2b", with_ins=True, status="PROV")

    with dossier.step("Relire l'identité"):
        stored = identities.read(patient)
        dossier.proof("INS 45.2.2", identities.screen(patient), "INS non retenue")

    dossier.verify(
        stored, "IDN-17", "IDN-14", expected={"traits": patient.traits, "intake": "non-vali"}
    )
    dossier.verify_whole("hl7v2", MLLP, request=patient.flow.message, answer=patient.flow.ack)


@scenario(
    "INS 45.3",
    *("INS/va1.62.03", "INS/va1.67.03", "INS/va1.68.03", "INS/va1.73.03"),
    "Message de suppression de l'INS : matricule et OID sont effacés",
)
def test_ins_is_removed_on_message(gap, identities, dossier):
    with dossier.step("Recevoir du GAP une identité validée, INS comprise"):
        patient = gap.creates("historique", with_ins=True)
        before = identities.read(patient)

    with dossier.step("Recevoir du GAP la mise à jour qui retire l'INS"):
        flow = gap.removes_ins(patient)
        left = identities.read_if_there(patient)

    dossier.verify("IDN-18", before=before, **left, expected={"intake": "retrait"})
    dossier.verify_whole("hl7v2", MLLP, request=flow.message, answer=flow.ack)

    with dossier.step("Montrer l'identité sans INS"):
        dossier.verify(identities.read(patient), "IDN-14")
        dossier.proof("INS 45.3.2", identities.screen(patient), "INS retirée")


@scenario(
    "INS 45.1",
    *("INS/va1.62.01", "INS/va1.67.01", "INS/va1.68.01", "INS/va1.73.01"),
    "Un message que le logiciel ne peut traiter est acquitté selon la règle",
)
def test_unusable_messages_are_acknowledged_by_the_rules(gap, dossier):
    with dossier.step("Mettre à jour (A31) un patient que le logiciel ne connaît pas"):
        unknown = gap.updates_unknown("homonyme-a")
        dossier.attach(unknown.message, unknown.ack)

    with dossier.step("Créer (A28) un patient sans nom de naissance"):
        incomplete = gap.creates_without("birth_name", "homonyme-b")
        dossier.attach(incomplete.message, incomplete.ack)

    dossier.verify_whole("hl7v2", MLLP, request=unknown.message, answer=unknown.ack)
    dossier.verify_whole("hl7v2", MLLP, request=incomplete.message, answer=incomplete.ack)
