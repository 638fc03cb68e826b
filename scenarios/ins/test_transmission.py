"""INS 34, INS/va1.53 — le matricule INS ne circule pas sous une identité non qualifiée."""

import pytest

from harness import requirement, scenario

pytestmark = requirement("INS 34", "INS/va1.53", "INS/va1.59")
MLLP = {"transport": "mllp"}


@scenario(
    *("INS 34.1", "INS/va1.53.01", "INS/va1.59.01"),
    "Identité récupérée, puis message d'identité vers un partenaire",
)
def test_matricule_is_withheld_until_identity_is_qualified(identities, insi, dossier):
    insi.knows("durand-camille")

    with dossier.step("Créer le patient par appel INSi, sans contrôle de pièce d'identité"):
        patient = identities.create("durand-camille", from_insi=True)
        stored = identities.read(patient)
        proof = ("INS 34.1.1", "INS/va1.53.01.01", "INS/va1.59.01.01")
        dossier.proof(*proof, identities.screen(patient), "Fiche, statut « récupérée » visible")

    with dossier.step("Émettre l'identité vers un partenaire"):
        message = identities.emit(patient, over="ihe-pam")
        proof = ("INS 34.1.1", "INS/va1.53.01.02", "INS/va1.59.01.01")
        dossier.proof(*proof, message, "Message IHE PAM émis, sans matricule ni OID")

    dossier.verify(
        message, "V2-PID-09", "IDN-25", holder=stored, expected={"traits": patient.traits}
    )
    dossier.verify_whole("hl7v2", MLLP, subject=message)


@scenario(
    *("INS 34.1", "INS/va1.53.01", "INS/va1.59.01"),
    "Jumeau : l'identité qualifiée circule avec son matricule",
)
def test_matricule_is_sent_once_identity_is_qualified(identities, insi, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("apostrophe-et-traits-d-union")
        stored = identities.read(patient)
        dossier.attach(stored)

    with dossier.step("Émettre l'identité vers un partenaire"):
        message = identities.emit(patient, over="ihe-pam")
        dossier.attach(message)

    dossier.verify(
        message,
        *("V2-PID-05", "V2-PID-09", "IDN-26"),
        holder=stored,
        expected={"traits": patient.traits},
    )
    dossier.verify_whole("hl7v2", MLLP, subject=message)


@pytest.mark.parametrize("verified", [False, True], ids=["provisoire", "validee"])
@scenario(
    *("INS 34.1", "INS/va1.53.01", "INS/va1.59.01"),
    "Identité sans INSi, puis message d'identité vers un partenaire",
)
def test_identity_without_insi_travels_by_its_traits(identities, dossier, verified):
    with dossier.step("Constituer l'identité sans appel à INSi"):
        patient = identities.create("nom-utilise", verified=verified)
        stored = identities.read(patient)

    with dossier.step("Émettre l'identité vers un partenaire"):
        message = identities.emit(patient, over="ihe-pam")
        dossier.attach(stored, message)

    dossier.verify(
        message, "V2-PID-09", "IDN-25", holder=stored, expected={"traits": patient.traits}
    )
    dossier.verify_whole("hl7v2", MLLP, subject=message)


@scenario(
    *("INS 34.1", "INS/va1.53.01", "INS/va1.59.01"),
    "La vue FHIR d'un partenaire retient le matricule, puis le donne",
)
def test_partner_view_follows_the_status(identities, insi, dossier):
    insi.knows("prenoms-multiples")

    with dossier.step("Constituer une identité récupérée et lire la vue du partenaire"):
        patient = identities.create("prenoms-multiples", from_insi=True)
        withheld, before = identities.partner_view(patient), identities.read(patient)
        dossier.attach(withheld)

    with dossier.step("Qualifier l'identité et relire la vue du partenaire"):
        identities.validate(patient)
        given, after = identities.partner_view(patient), identities.read(patient)
        dossier.attach(given)

    dossier.verify("IDN-24", view=withheld, holder=before, expected={"traits": patient.traits})
    dossier.verify("IDN-24", view=given, holder=after, expected={"traits": patient.traits})
    dossier.verify_whole("fhir", subject=withheld)
    dossier.verify_whole("fhir", subject=given)
