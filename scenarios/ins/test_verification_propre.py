"""INS/va1.08 — la vérification en échec d'une identité connue efface son INS et la rétrograde."""

import pytest

from harness import requirement, scenario

pytestmark = requirement("INS/va1.08")
FAILED = {"act": "vérification", "verification": "ko"}
CONFIRMED = {"act": "vérification", "verification": "ok"}


@pytest.mark.parametrize("verified", [False, True], ids=["recuperee", "qualifiee"])
@scenario("INS/va1.08.01", "INS que la vérification ne confirme pas : rétrogradée, INS effacée")
def test_failed_verification_downgrades(identities, insi, editing, dossier, verified):
    insi.knows("apostrophe")

    with dossier.step("Constituer une identité qui porte son INS"):
        patient = identities.create("apostrophe", from_insi=True, verified=verified)
        before = identities.read(patient)
        dossier.proof("INS/va1.08.01.01", identities.screen(patient), "Avant la vérification")

    with dossier.step("Faire vérifier l'INS, qu'INSi ne confirme plus"):
        insi.fails_with("verification-ko", patient)
        attempt = editing.verify_ins(patient)
        after = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS/va1.08.01.01", screen, "Après la vérification")

    judged = {"before": before, "after": after, "attempt": attempt.releve}
    dossier.verify("IDN-42", "IDN-14", "IDN-15", **judged, expected=FAILED)


@scenario("INS/va1.08.01", "Jumeau : une INS confirmée laisse l'identité comme elle est")
def test_confirmed_verification_changes_nothing(identities, insi, editing, dossier):
    with dossier.step("Faire vérifier l'INS d'une identité qualifiée"):
        patient = identities.qualified("trait-d-union")
        before = identities.read(patient)
        attempt = editing.verify_ins(patient)
        after = identities.read(patient)
        dossier.attach(attempt.releve, after)

    judged = {"before": before, "after": after, "attempt": attempt.releve}
    dossier.verify("IDN-42", "IDN-14", **judged, expected=CONFIRMED)
