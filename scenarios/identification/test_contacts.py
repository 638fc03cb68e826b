"""IEPS 2, IEU 3, SSI/IE.31, SSI/IE.32 — un contact est vérifié avant de servir."""

import pytest

from harness import requirement, scenario
from harness.model.access_cases import Act

each_channel = pytest.mark.parametrize("channel", ["courriel", "sms"])
VERIFICATION = {"act": Act.CONTACT}


@each_channel
@requirement("IEPS 2", "SSI/IE.31")
@scenario("IEPS 2.1", "SSI/IE.31.01", "Professionnel : un code reçu vérifie le contact")
def test_contact_of_a_professional_is_verified(people, access, self_service, dossier, channel):
    account = people.professional()
    proof = ("IEPS 2.1.1", "SSI/IE.31.01.01")

    with dossier.step("Demander la vérification, et recevoir le message"):
        session = access.watched.enter(account)
        letter = self_service.verify(session, channel, account.contact(channel))
        dossier.attach(letter.releve)

    with dossier.step("Saisir un code faux"):
        wrong = self_service.confirm(session, channel, letter, right=False)
        dossier.proof(*proof, wrong.picture(), "Code faux, message d'erreur")

    with dossier.step("Saisir le code reçu (jumeau permis)"):
        right = self_service.confirm(session, channel, letter)
        dossier.proof(*proof, right.picture(), "Contact vérifié")

    roles = {"contact": letter.releve, "attempt": wrong.releve, "control": right.releve}
    dossier.verify("AUT-24", **roles, expected=VERIFICATION)


@each_channel
@requirement("IEU 3")
@scenario("IEU 3.1", "Usager : un code reçu vérifie le contact")
def test_contact_of_a_patient_is_verified(people, access, self_service, dossier, channel):
    account = people.patient()

    with dossier.step("Demander la vérification, et recevoir le message"):
        session = access.watched.enter(account)
        letter = self_service.verify(session, channel, account.contact(channel))
        dossier.attach(letter.releve)

    with dossier.step("Saisir un code faux"):
        wrong = self_service.confirm(session, channel, letter, right=False)
        dossier.proof("IEU 3.1.1", wrong.picture(), "Code faux, message d'erreur")

    with dossier.step("Saisir le code reçu (jumeau permis)"):
        right = self_service.confirm(session, channel, letter)
        dossier.proof("IEU 3.1.1", right.picture(), "Contact vérifié")

    roles = {"contact": letter.releve, "attempt": wrong.releve, "control": right.releve}
    dossier.verify("AUT-24", **roles, expected=VERIFICATION)


@requirement("IEPS 2", "SSI/IE.31")
@scenario("IEPS 2.1", "SSI/IE.31.01", "Professionnel : une adresse non vérifiée ne récupère rien")
def test_unverified_address_recovers_nothing(people, self_service, dossier):
    with dossier.step("Créer un compte sans vérifier son adresse, et un autre en la vérifiant"):
        unverified = people.professional("infirmier")
        verified = self_service.verified(people.professional("medecin"), "courriel").account

    with dossier.step("Demander un lien de récupération pour l'un, puis pour l'autre"):
        since = self_service.ask_recovery(unverified)
        control = self_service.letter(verified, self_service.ask_recovery(verified))
        silent = self_service.arrived("courriel", unverified.email, since)
        dossier.attach(silent, control.releve)

    dossier.verify("AUT-25", contact=silent, control=control.releve)


@requirement("IEU 3")
@scenario("IEU 3.1", "Usager : une nouvelle adresse ne sert à rien avant d'être vérifiée")
def test_new_address_serves_for_nothing(people, self_service, dossier):
    account = people.patient()

    with dossier.step("Vérifier une adresse, puis en donner une autre sans la vérifier"):
        session = self_service.verified(account, "courriel")
        self_service.verify(session, "courriel", account.other_email)

    with dossier.step("Demander un lien de récupération"):
        since = self_service.ask_recovery(account)
        control = self_service.letter(account, since)
        silent = self_service.arrived("courriel", account.other_email, since)
        dossier.attach(silent, control.releve)

    dossier.verify("AUT-25", contact=silent, control=control.releve)


@requirement("IEU 3")
@scenario("IEU 3.1", "Usager : un nouveau numéro ne reçoit aucun code avant d'être vérifié")
def test_new_number_receives_no_code(people, access, self_service, dossier):
    account = self_service.with_factor(people.patient(), "sms")

    with dossier.step("Donner un autre numéro sans le vérifier"):
        self_service.verify(access.enter(account), "sms", account.other_phone)

    with dossier.step("Se connecter : le code part à un seul des deux numéros"):
        begun = access.begin(account)
        control = self_service.letter(account, begun.since, "sms")
        silent = self_service.arrived("sms", account.other_phone, begun.since)
        dossier.attach(silent, control.releve)

    dossier.verify("AUT-25", contact=silent, control=control.releve)


@requirement("SSI/IE.32")
@scenario("SSI/IE.32.01", "Professionnel : l'ancienne adresse est avertie du changement")
def test_former_address_is_told_of_the_change(people, access, self_service, dossier):
    account = people.professional()

    with dossier.step("Vérifier une adresse, puis la remplacer par une autre, vérifiée"):
        session = self_service.watched.verified(account, "courriel")
        letter = self_service.verify(session, "courriel", account.other_email)
        changed = self_service.confirm(session, "courriel", letter)
        dossier.proof("SSI/IE.32.01.01", changed.picture(), "Changement contrôlé par un code")

    with dossier.step("Lire le message d'avertissement à l'ancienne adresse"):
        notice = self_service.notice(changed, account)
        dossier.proof("SSI/IE.32.01.01", notice, "Avis à l'ancienne adresse")

    expected = {"act": Act.ATTRIBUTES}
    dossier.verify("AUT-29", contact=notice, control=changed.releve, expected=expected)
