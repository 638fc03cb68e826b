"""INS/va1.16, .69, .72 — la réception d'un ORM, d'un SIU ou d'un ORU est au journal."""

import pytest

from harness import requirement, scenario


@pytest.mark.parametrize("kind", ["ORM", "SIU", "ORU"])
@requirement("INS/va1.16", "INS/va1.69", "INS/va1.72")
@scenario("INS/va1.16.01", "INS/va1.69.01", "INS/va1.72.01", "Message reçu : date, heure, émetteur")
def test_message_received_is_traced(traces, gap, messages, dossier, kind):
    with dossier.step("Recevoir l'identité validée de la GAP"):
        patient = gap.creates("corse-2b", with_ins=True)
        watch = traces.watch(patient)

    with dossier.step("Recevoir un message qui porte ce patient"):
        flow = messages.receives(patient, kind)

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS/va1.16.01.01", screen, flow.message, "Trace de réception")

    act = traces.act("reception", patient, by=None)
    dossier.verify("TRA-08", **journal.roles, message=flow.message, expected=journal.expecting(act))
