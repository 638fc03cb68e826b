"""PSC 2, PSC.01, PSC.10 — les jetons sont renouvelés, contrôlés et échangés comme il faut."""

import pytest

from harness import requirement, scenario


@requirement("PSC 2", "PSC.01")
@scenario("PSC 2.1", "PSC.01.01", "Le jeton d'accès échu est renouvelé, puis contrôlé")
def test_token_is_renewed_once_it_is_over(psc, dossier):
    with dossier.step("Se connecter par Pro Santé Connect"):
        psc.member("medecin")
        control = psc.sign_in("medecin")

    with dossier.step("S'en servir 130 s plus tard : le jeton d'accès vit 120 s"):
        dossier.attach(psc.use(control, after=130).releve)
        lapsed = psc.calls(control)

    with dossier.step("Faire contrôler le jeton par Pro Santé Connect"):
        dossier.attach(psc.introspect(control).releve)
        calls = psc.calls(control)
        dossier.attach(calls)

    dossier.verify("PSC-04", psc=lapsed, expected={"lapsed": 130})
    dossier.verify("PSC-08", "PSC-02", psc=calls)


@pytest.mark.parametrize("case", ["userinfo-signe", "userinfo-autre-personne"])
@requirement("PSC 2", "PSC.01")
@scenario("PSC 2.1", "PSC.01.01", "UserInfo : un JWT est lu, celui d'un autre est refusé")
def test_user_info_is_that_of_the_person(psc, dossier, case):
    with dossier.step("Se connecter par Pro Santé Connect, UserInfo en JSON (jumeau permis)"):
        psc.member("medecin")
        psc.member("infirmier")
        control = psc.sign_in("medecin")

    with dossier.step("Se connecter quand UserInfo change"):
        attempt = psc.sign_in("medecin", case)
        dossier.attach(attempt.releve, attempt.calls)

    dossier.verify("PSC-04", psc=attempt.calls, attempt=attempt.releve, control=control.releve)


@requirement("PSC.10")
@scenario("PSC.10.01", "Le jeton d'une API s'obtient par échange, sous certificat")
def test_token_of_an_api_is_exchanged(psc, dossier):
    with dossier.step("Se connecter par Pro Santé Connect"):
        psc.member("medecin")
        control = psc.sign_in("medecin")

    with dossier.step("Échanger le jeton d'accès pour une API"):
        dossier.attach(psc.exchange(control, "api-de-demonstration").releve)
        calls = psc.calls(control)
        dossier.proof("PSC.10.01.01", calls, "Appels à Pro Santé Connect, échange compris")

    dossier.verify("PSC-10", psc=calls)
