"""INS 32, INS 33, INS/va1.60 — un trait strict changé efface l'INS, rétrograde et se propage."""

from harness import requirement, scenario

pytestmark = requirement("INS 32", "INS 33", "INS/va1.60")
MLLP = {"transport": "mllp"}
STRICT = {"act": "trait strict", "user": "super-utilisateur"}
USED = {"act": "trait complémentaire", "user": "super-utilisateur"}


@scenario(
    "INS 32.1", "INS/va1.60.02", "Nom utilisé changé : ni statut ni INS ne changent, A31 émis"
)
def test_used_name_has_no_effect(identities, editing, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("nom-utilise")
        before, mark = identities.read(patient), editing.listen()

    with dossier.step("Changer son nom utilisé, en super-utilisateur"):
        attempt = editing.change_as_super_user(patient, "used_name")
        after, told = identities.read(patient), editing.told(patient, mark, event="A31")
        screen = identities.screen(patient)
        dossier.proof("INS/va1.60.02.01", screen, "Identité après le changement")
        dossier.proof("INS/va1.60.02.03", *told.values(), "Message émis au partenaire")

    judged = {"before": before, "after": after, "attempt": attempt.releve}
    dossier.verify("IDN-38", "IDN-48", **judged, **told, expected=USED)
    dossier.verify_whole("hl7v2", MLLP, **told)


@scenario(
    *("INS 32.1", "INS 33.1", "INS/va1.60.03"),
    "Récupérée, trait strict changé : provisoire, INS effacée, A47 émis",
)
def test_recovered_identity_becomes_provisional(identities, insi, editing, dossier):
    insi.knows("durand-camille")

    with dossier.step("Constituer une identité récupérée"):
        patient = identities.create("durand-camille", from_insi=True)
        before, mark = identities.read(patient), editing.listen()

    with dossier.step("Changer sa date de naissance, en super-utilisateur"):
        attempt = editing.change_as_super_user(patient, "birth_date")
        after, told = identities.read(patient), editing.told(patient, mark, event="A47")
        screen = identities.screen(patient)
        proof = ("INS 32.1.1", "INS 33.1.1", "INS/va1.60.03.01")
        dossier.proof(*proof, screen, "Statut provisoire, sans matricule ni OID")
        dossier.proof("INS/va1.60.03.03", *told.values(), "Message émis au partenaire")

    judged = {"before": before, "after": after, "attempt": attempt.releve}
    dossier.verify("IDN-37", "IDN-14", "IDN-15", "IDN-48", **judged, **told, expected=STRICT)
    dossier.verify_whole("hl7v2", MLLP, **told)


@scenario(
    *("INS 32.1", "INS 33.1", "INS/va1.60.04"),
    "Qualifiée, trait strict changé : validée, INS effacée, A47 émis",
)
def test_qualified_identity_becomes_validated(identities, editing, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("corse-2b")
        before, mark = identities.read(patient), editing.listen()

    with dossier.step("Changer son nom de naissance, en super-utilisateur"):
        attempt = editing.change_as_super_user(patient, "birth_name")
        after, told = identities.read(patient), editing.told(patient, mark, event="A47")
        screen = identities.screen(patient)
        proof = ("INS 32.1.2", "INS 33.1.2", "INS/va1.60.04.01")
        dossier.proof(*proof, screen, "Statut validée, sans matricule ni OID")
        dossier.proof("INS/va1.60.04.03", *told.values(), "Message émis au partenaire")

    judged = {"before": before, "after": after, "attempt": attempt.releve}
    dossier.verify("IDN-37", "IDN-14", "IDN-15", "IDN-48", **judged, **told, expected=STRICT)
    dossier.verify_whole("hl7v2", MLLP, **told)
