"""INS/va1.16, .61, .69, .71, .72 — ORM, SIU et ORU portent le patient, dans les deux sens."""

import pytest

from harness import requirement, scenario

MLLP = {"transport": "mllp"}
KINDS = ("ORM", "SIU", "ORU")
PID = ("V2-PID-03", "V2-PID-05", "V2-PID-09", "V2-PID-10", "V2-PID-11", "V2-PID-15")


@pytest.mark.parametrize("kind", KINDS)
@requirement("INS/va1.61", "INS/va1.71")
@scenario("INS/va1.61.01", "INS/va1.71.01", "Message émis sur une identité qualifiée : INS en PID")
def test_message_sent_carries_the_ins(identities, messages, dossier, kind):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("prenoms-multiples")
        stored = identities.read(patient)

    with dossier.step("Émettre un message qui porte le patient"):
        message = messages.sent(patient, kind)
        proof = ("INS/va1.61.01.01", "INS/va1.71.01.01")
        dossier.proof(*proof, message, "Message émis, intégral")

    dossier.verify(message, *PID, "IDN-26", "IDN-50", holder=stored)
    dossier.verify_whole("hl7v2", MLLP, subject=message)


@pytest.mark.parametrize("kind", KINDS)
@requirement("INS/va1.61", "INS/va1.71")
@scenario("INS/va1.61.01", "INS/va1.71.01", "Jumeau : sur une identité récupérée, traits seuls")
def test_message_sent_withholds_the_ins(identities, insi, messages, dossier, kind):
    insi.knows("durand-camille")

    with dossier.step("Constituer une identité récupérée, puis émettre un message"):
        patient = identities.create("durand-camille", from_insi=True)
        stored, message = identities.read(patient), messages.sent(patient, kind)
        dossier.attach(stored, message)

    dossier.verify(message, "V2-PID-09", "IDN-25", "IDN-50", holder=stored)


@pytest.mark.parametrize("kind", KINDS)
@requirement("INS/va1.16", "INS/va1.69", "INS/va1.72", "INS/va1.60")
@scenario(
    *("INS/va1.16.01", "INS/va1.69.01", "INS/va1.72.01", "INS/va1.60.01"),
    "Message reçu sur un patient connu : accepté, l'identité reste comme elle est",
)
def test_message_received_about_a_known_person(gap, identities, messages, dossier, kind):
    with dossier.step("Recevoir l'identité validée de la GAP"):
        patient = gap.creates("etranger", with_ins=True)
        before = identities.read(patient)

    with dossier.step("Recevoir un message qui porte ce patient"):
        flow = messages.receives(patient, kind)
        after, records = identities.read(patient), messages.bearers(patient)
        screen = identities.screen(patient)
        proof = ("INS/va1.69.01.01", "INS/va1.72.01.01", "INS/va1.60.01.01")
        dossier.proof(*proof, flow.message, screen, "Message reçu et son patient")

    dossier.verify(
        "IDN-49",
        before=before,
        after=after,
        ack=flow.ack,
        search=records,
        expected={"act": "message"},
    )
    dossier.verify_whole("hl7v2", MLLP, request=flow.message, answer=flow.ack)


@pytest.mark.parametrize("kind", KINDS)
@requirement("INS/va1.16", "INS/va1.69", "INS/va1.72")
@scenario(
    *("INS/va1.16.01", "INS/va1.69.01", "INS/va1.72.01"),
    "Message reçu sur un patient inconnu : l'identité du PID est prise, INS comprise",
)
def test_message_received_about_an_unknown_person(identities, messages, dossier, kind):
    with dossier.step("Recevoir un message dont le PID porte une INS validée"):
        patient, flow = messages.introduces("historique", kind)
        stored = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS/va1.69.01.02", "INS/va1.72.01.02", screen, "Identité prise du PID")

    expected = {"traits": patient.traits, "intake": "vali"}
    dossier.verify(stored, "IDN-16", "IDN-14", expected=expected)
    dossier.verify_whole("hl7v2", MLLP, request=flow.message, answer=flow.ack)
