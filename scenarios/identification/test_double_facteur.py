"""IEU 9 — la connexion de l'usager demande deux facteurs, et le second est vraiment contrôlé."""

import pytest

from harness import requirement, scenario
from harness.model.access_cases import Case

pytestmark = requirement("IEU 9")
each_factor = pytest.mark.parametrize("factor", ["totp", "courriel", "sms"])


@each_factor
@scenario("IEU 9.1", "Le second facteur est demandé, et le premier seul n'ouvre rien")
def test_second_factor_is_asked(people, access, self_service, dossier, factor):
    account = self_service.with_factor(people.patient(), factor)

    with dossier.step("Se connecter avec les deux facteurs (jumeau permis)"):
        control = access.sign_in(account)

    with dossier.step("Donner le mot de passe seul, puis essayer pages et API"):
        attempt = access.watched.sign_in(account, Case.ABSENT)
        dossier.proof("IEU 9.1.1", attempt.picture(), "Demande du second facteur")

    dossier.verify("AUT-06", "AUT-07", attempt=attempt.releve, control=control.releve)


@each_factor
@scenario("IEU 9.1", "Un code faux, puis un code déjà servi sont refusés")
def test_wrong_and_replayed_codes_are_refused(people, access, self_service, dossier, factor):
    account = self_service.with_factor(people.patient(), factor)

    with dossier.step("Se connecter avec le code juste (jumeau permis)"):
        control = access.sign_in(account)

    with dossier.step("Se connecter de nouveau avec ce même code"):
        replayed = access.sign_in(account, Case.REPLAYED, code_of=control)
        dossier.attach(replayed.releve)

    dossier.verify("AUT-10", attempt=replayed.releve, control=control.releve)

    with dossier.step("Se connecter avec un code faux"):
        wrong = access.watched.sign_in(account, Case.WRONG)
        dossier.proof("IEU 9.1.1", wrong.picture(), "Code faux refusé")

    dossier.verify("AUT-08", attempt=wrong.releve, control=control.releve)


@each_factor
@scenario("IEU 9.1", "Le code d'un autre usager est refusé")
def test_code_of_another_is_refused(people, access, self_service, dossier, factor):
    account = self_service.with_factor(people.patient("durand-camille"), factor)
    other = self_service.with_factor(people.patient("homonyme-a"), factor)

    with dossier.step("Se connecter avec son propre code (jumeau permis)"):
        control = access.sign_in(account)

    with dossier.step("Présenter le code qu'un autre usager vient de recevoir"):
        received = access.receives(access.begin(other))
        attempt = access.sign_in(account, Case.ANOTHERS, code_of=received)
        dossier.attach(attempt.releve)

    with dossier.step("Ce code ouvre à son titulaire (jumeau permis)"):
        owner = access.present(received)

    dossier.verify("AUT-11", attempt=attempt.releve, control=control.releve, after=owner.releve)


@each_factor
@scenario("IEU 9.1", "Un code dont le temps est passé est refusé")
def test_old_code_is_refused(people, access, self_service, dossier, factor):
    account = self_service.with_factor(people.patient(), factor)

    with dossier.step("Se connecter avec le code juste (jumeau permis)"):
        control = access.sign_in(account)

    with dossier.step("Présenter un code vieux de dix minutes"):
        attempt = access.watched.sign_in(account, Case.OLD)
        dossier.proof("IEU 9.1.1", attempt.picture(), "Code ancien refusé")

    dossier.verify("AUT-09", attempt=attempt.releve, control=control.releve)


@pytest.mark.parametrize("factor", ["courriel", "sms"])
@scenario("IEU 9.1", "Un code renvoyé remplace celui d'avant")
def test_code_sent_again_replaces_the_former(people, access, self_service, dossier, factor):
    account = self_service.with_factor(people.patient(), factor)

    with dossier.step("Se connecter avec le code juste (jumeau permis)"):
        control = access.sign_in(account)

    with dossier.step("Recevoir un code, et le faire renvoyer"):
        former = access.receives(access.watched.begin(account))
        resent = access.resend(former)

    with dossier.step("Présenter le premier code"):
        attempt = access.present(resent, Case.OLD, code_of=former)
        dossier.proof("IEU 9.1.1", attempt.picture(), "Le code d'avant le renvoi est refusé")

    dossier.verify("AUT-09", attempt=attempt.releve, control=control.releve)


@each_factor
@scenario("IEU 9.1", "Les essais du second facteur sont limités")
def test_tries_are_limited(people, access, self_service, dossier, factor):
    account = self_service.with_factor(people.patient(), factor)

    with dossier.step("Se connecter avec le code juste (jumeau permis)"):
        control = access.sign_in(account)

    with dossier.step("Présenter dix codes faux, en se reconnectant s'il le faut"):
        last = access.watched.exhaust(account)
        dossier.proof("IEU 9.1.1", last.picture(), "Essais du second facteur limités")

    with dossier.step("Se connecter avec le code juste"):
        attempt = access.sign_in(account, Case.EXHAUSTED)

    expected = {"tries": access.tries}
    dossier.verify("AUT-12", attempt=attempt.releve, control=control.releve, expected=expected)


@scenario("IEU 9.1", "Une application de codes n'entre en service qu'une fois prouvée")
def test_application_is_enrolled_by_its_proof(people, access, self_service, dossier):
    session = access.watched.enter(people.patient())

    with dossier.step("Choisir une nouvelle application et présenter un code faux"):
        chosen = self_service.choose_factor(session, "totp")
        unproved = self_service.prove_factor(chosen, right=False)
        dossier.proof("IEU 9.1.1", unproved.picture(), "Enrôlement refusé sans code juste")

    with dossier.step("Se connecter avec cette application, jamais prouvée"):
        later = access.sign_in(chosen.account, Case.UNPROVED)

    with dossier.step("La choisir de nouveau et présenter le code juste (jumeau permis)"):
        proved = self_service.prove_factor(self_service.choose_factor(session, "totp"))

    roles = {"attempt": unproved.releve, "control": proved.releve, "after": later.releve}
    dossier.verify("AUT-14", **roles)


@pytest.mark.parametrize("factor", ["courriel", "sms"])
@scenario("IEU 9.1", "Un second facteur par message n'entre en service qu'une fois prouvé")
def test_message_factor_is_enrolled_by_its_proof(people, self_service, dossier, factor):
    session = self_service.watched.verified(people.patient(), factor)

    with dossier.step("Choisir ce second facteur et présenter un code faux"):
        chosen = self_service.choose_factor(session, factor)
        unproved = self_service.prove_factor(chosen, right=False)
        dossier.proof("IEU 9.1.1", unproved.picture(), "Enrôlement refusé sans code juste")

    with dossier.step("Le choisir de nouveau et présenter le code juste (jumeau permis)"):
        proved = self_service.prove_factor(self_service.choose_factor(session, factor))

    dossier.verify("AUT-14", attempt=unproved.releve, control=proved.releve)
