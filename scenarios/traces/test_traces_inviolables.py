"""INS 3, INS/va1.39 — un utilisateur métier ne peut ni modifier ni effacer une trace."""

from harness import requirement, scenario


@requirement("INS 3", "INS/va1.39")
@scenario("INS 3.1", "INS/va1.39.01", "Modifier puis effacer une trace : refusé, rien n'a changé")
def test_traces_cannot_be_altered(audit, people, dossier):
    with dossier.step("Créer une identité et y écrire une note"):
        patient = people.known("durand-camille")
        audit.begin()
        audit.note(patient)

    with dossier.step("Exporter les traces"):
        read = audit.exported(patient)
        trace = read.trace_of(patient)

    with dossier.step("Tenter de modifier une trace, puis de l'effacer"):
        change = audit.alter(trace)
        erasure = audit.erase(trace)
        dossier.attach(change.releve, erasure.releve)

    with dossier.step("Exporter de nouveau les traces"):
        again = audit.exported(patient)
        dossier.proof("INS 3.1.1", "INS/va1.39.01.01", *again.files, "Traces relues")

    dossier.verify(
        "TRA-23",
        attempt=change.releve,
        erasure=erasure.releve,
        **read.as_before,
        **again.after,
        expected=again.expected,
    )
