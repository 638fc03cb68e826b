"""INS 27, INS 28, INS/va1.44, .20 — douteuse ou fictive : provisoire, sans INS, sans appel INSi."""

import pytest

from harness import requirement, scenario


@requirement("INS 27", "INS 33", "INS/va1.44")
@scenario(
    "INS 27.1", "INS/va1.44.01", "Qualifiée, puis fictive : provisoire, sans matricule ni OID"
)
def test_qualified_identity_marked_fictitious(identities, editing, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("durand-camille")
        before = identities.read(patient)

    with dossier.step("La marquer fictive"):
        editing.mark(patient, "fictive")
        after = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 27.1.1", "INS/va1.44.01.01", screen, "Attribut et statut provisoire")

    expected = {"act": "attribut", "attribute": "fictive"}
    dossier.verify("IDN-33", "IDN-14", "IDN-15", before=before, after=after, expected=expected)
    dossier.verify(screen.releve, "IHM-17", expected=expected)


@requirement("INS 27", "INS 33", "INS/va1.44")
@scenario(
    "INS 27.2", "INS/va1.44.01", "Récupérée, puis douteuse : provisoire, sans matricule ni OID"
)
def test_recovered_identity_marked_doubtful(identities, insi, editing, dossier):
    insi.knows("nom-utilise")

    with dossier.step("Constituer une identité récupérée"):
        patient = identities.create("nom-utilise", from_insi=True)
        before = identities.read(patient)

    with dossier.step("La marquer douteuse"):
        editing.mark(patient, "douteuse")
        after = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 27.2.1", "INS/va1.44.01.02", screen, "Attribut et statut provisoire")

    expected = {"act": "attribut", "attribute": "douteuse"}
    dossier.verify("IDN-33", "IDN-14", "IDN-15", before=before, after=after, expected=expected)
    dossier.verify(screen.releve, "IHM-17", expected=expected)


@requirement("INS 27", "INS/va1.44")
@scenario("INS 27.3", "INS/va1.44.01", "Validée, puis douteuse : provisoire")
def test_validated_identity_marked_doubtful(identities, editing, dossier):
    with dossier.step("Constituer une identité validée"):
        patient = identities.create("centenaire", verified=True)
        before = identities.read(patient)

    with dossier.step("La marquer douteuse"):
        editing.mark(patient, "douteuse")
        after = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 27.3.1", "INS/va1.44.01.03", screen, "Attribut et statut provisoire")

    expected = {"act": "attribut", "attribute": "douteuse"}
    dossier.verify("IDN-33", "IDN-14", "IDN-15", before=before, after=after, expected=expected)


@requirement("INS 27", "INS/va1.44")
@scenario("INS 27.2", "INS/va1.44.01", "Une identité douteuse n'est pas en même temps fictive")
def test_doubtful_identity_is_not_fictitious_too(identities, editing, dossier):
    with dossier.step("Marquer l'identité douteuse, puis tenter fictive"):
        patient = identities.create("ne-un-29-fevrier")
        editing.mark(patient, "douteuse")
        dossier.attach(editing.try_mark(patient, "fictive").releve)

    with dossier.step("Émettre l'identité vers un partenaire"):
        message = identities.emit(patient, over="ihe-pam")
        dossier.attach(message)

    dossier.verify(message, "V2-PID-19")


CASES = {"douteuse": ("INS 28.1", "INS/va1.20.01"), "fictive": ("INS 28.2", "INS/va1.20.02")}


@pytest.mark.parametrize("attribute", CASES)
@requirement("INS 28", "INS/va1.20")
@scenario(
    *("INS 28.1", "INS 28.2", "INS/va1.20.01", "INS/va1.20.02"),
    "L'appel INSi est bloqué, et rien n'arrive à INSi",
)
def test_marked_identity_does_not_call_insi(
    identities, insi, editing, screens, rights, dossier, attribute
):
    insi.knows("prenoms-multiples")
    insi.knows("corse-2a")
    insi.knows("etranger")

    with dossier.step("Appeler INSi pour une identité sans attribut : l'appel arrive"):
        twin = identities.create("prenoms-multiples")
        control = identities.call_insi(twin)

    with dossier.step("Appeler INSi pour une identité marquée : l'appel est bloqué"):
        patient = identities.create("corse-2a")
        editing.mark(patient, attribute)
        attempt = identities.call_insi(patient, arrives=False)
        screen = screens.press(patient, "insi", arrives=False)
        proof = (f"{CASES[attribute][0]}.1", f"{CASES[attribute][1]}.01")
        dossier.proof(*proof, screen, "Blocage de l'appel")

    with dossier.step("Appeler INSi pour une troisième identité, qui clôt l'attente"):
        marker = identities.create("etranger", from_insi=True)

    people = rights.silence(forbidden=patient, twin=twin, marker=marker)
    dossier.verify(
        "IDN-34",
        attempt=attempt.releve,
        control=control.releve,
        calls=rights.calls_to_insi(),
        expected={"act": "attribut", "attribute": attribute, **people},
    )
    dossier.verify(screen.releve, "IHM-08", expected={"cause": [attribute]})
