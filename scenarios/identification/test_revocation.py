"""IEPS 7, IEU 6, SSI/IE.35 — un moyen d'identification révoqué n'ouvre plus rien."""

import pytest

from harness import requirement, scenario
from harness.model.access_cases import Case


@requirement("IEPS 7", "SSI/IE.35")
@scenario("IEPS 7.1", "SSI/IE.35.01", "Professionnel : révoquer ses accès sans être connecté")
def test_professional_revokes_without_signing_in(people, access, self_service, dossier):
    proof = ("IEPS 7.1.1", "SSI/IE.35.01.01")

    with dossier.step("Vérifier son adresse, puis se connecter (jumeau permis)"):
        account = self_service.verified(people.professional(), "courriel").account
        before = access.sign_in(account)

    with dossier.step("Demander la révocation sans être connecté, et suivre le lien reçu"):
        letter = self_service.letter(account, self_service.ask_revocation(account))
        done = self_service.watched.confirm_revocation(letter)
        dossier.proof(*proof, done.picture("révocation"), "Révocation par un moyen dégradé")

    with dossier.step("Se connecter de nouveau, puis reprendre la session d'avant"):
        attempt = access.sign_in(account, Case.REVOKED)
        session = access.again(before, Case.REVOKED)

    dossier.verify("AUT-23", before=before.releve, attempt=attempt.releve)
    dossier.verify("AUT-23", before=before.releve, attempt=session.releve)


@requirement("IEPS 7", "SSI/IE.35")
@scenario("IEPS 7.1", "SSI/IE.35.01", "Professionnel : révoquer tous ses accès, connecté")
def test_professional_revokes_everything(people, access, self_service, dossier):
    account = people.professional()

    with dossier.step("Se connecter deux fois (jumeau permis)"):
        before = access.sign_in(account)
        session = access.watched.enter(account)

    with dossier.step("Révoquer tous ses accès"):
        done = self_service.revoke_all(session)
        proof = ("IEPS 7.1.1", "SSI/IE.35.01.01")
        dossier.proof(*proof, done.picture("révocation"), "Révocation, connecté")

    with dossier.step("Se connecter de nouveau, puis reprendre l'autre session"):
        attempt = access.sign_in(account, Case.REVOKED)
        other = access.again(before, Case.REVOKED)

    dossier.verify("AUT-23", before=before.releve, attempt=attempt.releve)
    dossier.verify("AUT-23", before=before.releve, attempt=other.releve)


@requirement("IEPS 7", "SSI/IE.35")
@scenario("IEPS 7.1", "SSI/IE.35.01", "Professionnel : révoquer Pro Santé Connect")
def test_professional_revokes_pro_sante_connect(psc, access, self_service, dossier):
    with dossier.step("Se connecter par Pro Santé Connect (jumeau permis)"):
        account = psc.member("medecin")
        before = psc.sign_in("medecin")

    with dossier.step("Révoquer ce moyen, connecté par mot de passe"):
        done = self_service.revoke(access.watched.enter(account), "psc")
        proof = ("IEPS 7.1.1", "SSI/IE.35.01.01")
        dossier.proof(*proof, done.picture("révocation"), "Révocation de Pro Santé Connect")

    with dossier.step("Se connecter de nouveau par Pro Santé Connect"):
        attempt = psc.sign_in("medecin", Case.REVOKED)

    dossier.verify("AUT-23", before=before.releve, attempt=attempt.releve)


@pytest.mark.parametrize("means", ["mot-de-passe", "totp"])
@requirement("IEU 6")
@scenario("IEU 6.1", "Usager : révoquer un moyen d'identification")
def test_patient_revokes_one_means(people, access, self_service, dossier, means):
    account = people.patient()

    with dossier.step("Se connecter avec ce moyen (jumeau permis)"):
        before = access.sign_in(account)
        session = access.watched.enter(account)

    with dossier.step("Le révoquer"):
        done = self_service.revoke(session, means)
        dossier.proof("IEU 6.1.1", done.picture("révocation"), "Révocation du moyen")

    with dossier.step("Se connecter de nouveau avec lui"):
        attempt = access.watched.sign_in(account, Case.REVOKED)
        dossier.proof("IEU 6.1.1", attempt.picture(), "Le moyen révoqué n'ouvre plus")

    dossier.verify("AUT-23", before=before.releve, attempt=attempt.releve)
