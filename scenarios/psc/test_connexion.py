"""PSC 2, PSC 6, PSC.01, PSC.08, PSC/va1.01 — la demande à Pro Santé Connect et le retour."""

import pytest

from harness import requirement, scenario

pytestmark = requirement("PSC 2", "PSC.01", "PSC/va1.01")


@requirement("PSC 6", "PSC.08")
@scenario(
    *("PSC 2.1", "PSC 6.1", "PSC.01.01", "PSC.08.01", "PSC/va1.01.01"),
    "La demande est complète et neuve à chaque connexion, et le compte s'ouvre",
)
def test_journey_goes_there_and_back(psc, screens, dossier):
    proof = ("PSC 2.1.1", "PSC.01.01.01", "PSC/va1.01.01.01")

    with dossier.step("Montrer les adresses de Pro Santé Connect que le logiciel emploie"):
        account = psc.member("medecin")
        settings = screens.settings()
        dossier.attach(settings)

    with dossier.step("Choisir Pro Santé Connect à la page de connexion"):
        begun = psc.start("medecin", watched=True)
        dossier.proof(*proof, begun.picture("Pro Santé Connect"), "Mire de Pro Santé Connect")

    with dossier.step("S'identifier par e-CPS, consentir, revenir"):
        first = psc.account_of(psc.follow(begun))
        dossier.proof(*proof, first.picture("compte"), "Retour au logiciel, connecté")

    with dossier.step("Se connecter une seconde fois, d'un autre navigateur"):
        second = psc.sign_in("medecin")

    with dossier.step("Se déconnecter"):
        psc.sign_out(first)
        dossier.proof(*proof, first.picture("déconnexion"), "Retour après la déconnexion")
        calls = psc.calls(first, second)
        dossier.attach(calls)

    expected = psc.expecting("medecin")
    dossier.verify("PSC-01", "PSC-02", "PSC-11", psc=calls, configuration=settings.releve)
    dossier.verify(
        *("PSC-05", "PSC-06"),
        psc=calls,
        control=first.releve,
        **psc.held(account),
        expected=expected,
    )


@pytest.mark.parametrize(
    "case",
    [
        *("state-faux", "refus-utilisateur", "erreur-serveur", "jeton-refuse", "indisponible"),
        "reponse-lente",
    ],
)
@scenario("PSC 2.1", "PSC.01.01", "Une connexion non accordée n'ouvre rien et le dit")
def test_sign_in_that_is_not_granted_opens_nothing(psc, dossier, case):
    with dossier.step("Se connecter par Pro Santé Connect (jumeau permis)"):
        psc.member("medecin")
        control = psc.sign_in("medecin")

    with dossier.step("Se connecter quand Pro Santé Connect répond autrement"):
        attempt = psc.sign_in("medecin", case)
        dossier.attach(attempt.releve, attempt.calls)

    dossier.verify("PSC-02", psc=attempt.calls, attempt=attempt.releve, control=control.releve)


@scenario("PSC 2.1", "PSC.01.01", "Un retour déjà employé n'ouvre plus rien")
def test_callback_serves_once(psc, dossier):
    with dossier.step("Se connecter par Pro Santé Connect (jumeau permis)"):
        psc.member("medecin")
        control = psc.sign_in("medecin")

    with dossier.step("Se déconnecter, puis ouvrir de nouveau l'adresse du retour"):
        attempt = psc.replay(control)
        dossier.attach(attempt.releve, attempt.calls)

    dossier.verify("PSC-02", psc=attempt.calls, attempt=attempt.releve, control=control.releve)
