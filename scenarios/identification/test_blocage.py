"""IEPS 9.1, IEU 10.1, SSI/IAM.92 — trop d'échecs bloquent l'accès, qui se rouvre après un délai."""

from harness import requirement, scenario
from harness.model.access_cases import Case


@requirement("IEPS 9")
@scenario("IEPS 9.1", "Professionnel : blocage au dernier échec permis, puis réouverture")
def test_professional_is_locked_then_reopened(people, access, security, dossier):
    account, lock = people.professional(), security.lock()

    with dossier.step("Échouer une fois de moins, puis se connecter (jumeau permis)"):
        access.fail(account, lock.tries - 1)
        control = access.sign_in(account)

    with dossier.step("Échouer autant de fois que réglé, puis donner le bon mot de passe"):
        last = access.watched.fail(account, lock.tries)
        dossier.proof("IEPS 9.1.1", last.picture(), "Essais, puis blocage")
        attempt = access.sign_in(account, Case.FAILURES)

    expected = {"tries": lock.tries}
    dossier.verify("AUT-16", attempt=attempt.releve, control=control.releve, expected=expected)

    with dossier.step("Revenir après le délai de blocage"):
        access.later(lock.delay.beyond)
        reopened = access.watched.sign_in(account, Case.REOPENED)
        dossier.proof("IEPS 9.1.1", reopened.picture(), "Réouverture après le délai")

    dossier.verify("AUT-17", before=attempt.releve, attempt=reopened.releve)


@requirement("IEU 10")
@scenario("IEU 10.1", "Usager : blocage au dernier échec permis, puis réouverture")
def test_patient_is_locked_then_reopened(people, access, security, dossier):
    account, lock = people.patient(), security.lock()

    with dossier.step("Échouer une fois de moins, puis se connecter (jumeau permis)"):
        access.fail(account, lock.tries - 1)
        control = access.sign_in(account)

    with dossier.step("Échouer autant de fois que réglé, puis donner les deux bons facteurs"):
        last = access.watched.fail(account, lock.tries)
        dossier.proof("IEU 10.1.1", last.picture(), "Essais, puis blocage")
        attempt = access.sign_in(account, Case.FAILURES)

    expected = {"tries": lock.tries}
    dossier.verify("AUT-16", attempt=attempt.releve, control=control.releve, expected=expected)

    with dossier.step("Revenir après le délai de blocage"):
        access.later(lock.delay.beyond)
        reopened = access.watched.sign_in(account, Case.REOPENED)
        dossier.proof("IEU 10.1.1", reopened.picture(), "Réouverture après le délai")

    dossier.verify("AUT-17", before=attempt.releve, attempt=reopened.releve)


@requirement("SSI/IAM.92")
@scenario("SSI/IAM.92.01", "Compte privilégié : bloqué après dix échecs au plus")
def test_privileged_account_is_locked_after_ten_failures(people, access, dossier):
    account = people.professional(profile="administrateur")

    with dossier.step("Se connecter avec le bon mot de passe (jumeau permis)"):
        control = access.sign_in(account)

    with dossier.step("Échouer dix fois, puis donner le bon mot de passe"):
        last = access.watched.fail(account, access.tries)
        dossier.proof("SSI/IAM.92.01.01", last.picture(), "Dix échecs, puis blocage")
        attempt = access.sign_in(account, Case.FAILURES)

    expected = {"tries": access.tries}
    dossier.verify("AUT-16", attempt=attempt.releve, control=control.releve, expected=expected)
