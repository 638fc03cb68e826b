"""PSC 2, PSC 6, PSC.01, PSC.08 — le jeton d'identité est vraiment vérifié."""

import pytest

from harness import requirement, scenario

pytestmark = requirement("PSC 2", "PSC.01")


@pytest.mark.parametrize(
    "case",
    [
        *("nonce-faux", "emetteur-faux", "audience-fausse", "jeton-expire"),
        *("kid-inconnu", "alg-none", "signature-fausse"),
    ],
)
@scenario("PSC 2.1", "PSC.01.01", "Un jeton d'identité fautif est refusé")
def test_faulty_id_token_is_refused(psc, dossier, case):
    with dossier.step("Se connecter par Pro Santé Connect (jumeau permis)"):
        psc.member("medecin")
        control = psc.sign_in("medecin")

    with dossier.step("Se connecter avec un jeton fautif"):
        attempt = psc.sign_in("medecin", case)
        dossier.attach(attempt.releve, attempt.calls)

    dossier.verify("PSC-03", psc=attempt.calls, attempt=attempt.releve, control=control.releve)


@requirement("PSC 6", "PSC.08")
@scenario(
    *("PSC 2.1", "PSC 6.1", "PSC.01.01", "PSC.08.01"),
    "Un niveau sous eidas1 est refusé, un niveau supérieur est accepté",
)
def test_level_is_at_least_the_one_asked_for(psc, dossier):
    with dossier.step("Se connecter par e-CPS, puis par carte (jumeaux permis)"):
        psc.member("medecin")
        control = psc.sign_in("medecin")
        card = psc.sign_in("medecin", "acr supérieur", means="CPS")
        dossier.attach(card.releve, card.calls)

    with dossier.step("Se connecter quand le jeton dit un niveau trop bas"):
        attempt = psc.sign_in("medecin", "acr-insuffisant")
        dossier.attach(attempt.releve, attempt.calls)

    dossier.verify("PSC-03", psc=card.calls, attempt=card.releve)
    dossier.verify("PSC-03", psc=attempt.calls, attempt=attempt.releve, control=control.releve)


@scenario("PSC 2.1", "PSC.01.01", "Une nouvelle clé de Pro Santé Connect est suivie")
def test_new_key_is_followed(psc, dossier):
    with dossier.step("Se connecter par Pro Santé Connect"):
        psc.member("medecin")
        control = psc.sign_in("medecin")

    with dossier.step("Se connecter de nouveau, après un changement de clé"):
        psc.rotates_keys()
        attempt = psc.sign_in("medecin", "clés renouvelées")
        dossier.attach(attempt.releve, attempt.calls)

    dossier.verify("PSC-03", psc=attempt.calls, attempt=attempt.releve, control=control.releve)
