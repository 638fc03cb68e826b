"""IEPS 5, IEPS 6, IEU 4, IEU 5 — renouveler un mot de passe, de soi-même ou sous contrainte."""

from harness import requirement, scenario
from harness.model.access_cases import Case


@requirement("IEPS 5")
@scenario("IEPS 5.1", "Professionnel : le nouveau mot de passe remplace l'ancien")
def test_professional_renews_the_password(people, access, self_service, passwords, dossier):
    account = people.professional()

    with dossier.step("Se connecter avec le mot de passe présent (jumeau permis)"):
        before = access.watched.sign_in(account)

    with dossier.step("Le changer"):
        changed = self_service.change_password(before, passwords.strong())
        dossier.proof("IEPS 5.1.1", changed.picture(), "Changement du mot de passe")

    with dossier.step("Se connecter avec l'ancien, puis avec le nouveau"):
        former = access.sign_in(account, Case.FORMER)
        after = access.watched.sign_in(changed.account)
        dossier.proof("IEPS 5.1.1", after.picture(), "Le nouveau mot de passe ouvre")

    roles = {"before": before.releve, "attempt": former.releve, "after": after.releve}
    dossier.verify("AUT-21", **roles)


@requirement("IEU 4")
@scenario("IEU 4.1", "Usager : le nouveau mot de passe remplace l'ancien")
def test_patient_renews_the_password(people, access, self_service, passwords, dossier):
    account = people.patient()

    with dossier.step("Se connecter avec le mot de passe présent (jumeau permis)"):
        before = access.watched.sign_in(account)

    with dossier.step("Le changer"):
        changed = self_service.change_password(before, passwords.strong())
        dossier.proof("IEU 4.1.1", changed.picture(), "Changement du mot de passe")

    with dossier.step("Se connecter avec l'ancien, puis avec le nouveau"):
        former = access.sign_in(account, Case.FORMER)
        after = access.watched.sign_in(changed.account)
        dossier.proof("IEU 4.1.1", after.picture(), "Le nouveau mot de passe ouvre")

    roles = {"before": before.releve, "attempt": former.releve, "after": after.releve}
    dossier.verify("AUT-21", **roles)


@requirement("IEPS 5")
@scenario("IEPS 5.1", "Professionnel : mot de passe oublié, le lien reçu sert une fois")
def test_professional_recovers_the_access(people, access, self_service, passwords, dossier):
    with dossier.step("Vérifier son adresse, puis demander un lien sans être connecté"):
        account = self_service.verified(people.professional(), "courriel").account
        before = access.sign_in(account)
        letter = self_service.letter(account, self_service.ask_recovery(account))
        dossier.attach(letter.releve)

    with dossier.step("Choisir un nouveau mot de passe par ce lien"):
        control = self_service.watched.reset(letter, passwords.strong())
        dossier.proof("IEPS 5.1.1", control.picture("récupération"), "Demande et changement")

    with dossier.step("Se servir du lien une seconde fois"):
        attempt = self_service.watched.reset(letter, passwords.strong())
        dossier.proof("IEPS 5.1.1", attempt.picture("récupération"), "Lien déjà servi, refusé")

    dossier.verify("AUT-31", attempt=attempt.releve, control=control.releve)

    with dossier.step("Se connecter avec l'ancien mot de passe, puis avec le nouveau"):
        former = access.sign_in(account, Case.FORMER)
        after = access.sign_in(control.account)

    roles = {"before": before.releve, "attempt": former.releve, "after": after.releve}
    dossier.verify("AUT-21", **roles)


@requirement("IEU 4")
@scenario("IEU 4.1", "Usager : mot de passe oublié, le lien reçu sert une fois")
def test_patient_recovers_the_access(people, access, self_service, passwords, dossier):
    with dossier.step("Vérifier son adresse, puis demander un lien sans être connecté"):
        account = self_service.verified(people.patient(), "courriel").account
        before = access.sign_in(account)
        letter = self_service.letter(account, self_service.ask_recovery(account))
        dossier.attach(letter.releve)

    with dossier.step("Choisir un nouveau mot de passe par ce lien"):
        control = self_service.watched.reset(letter, passwords.strong())
        dossier.proof("IEU 4.1.1", control.picture("récupération"), "Demande et changement")

    with dossier.step("Se servir du lien une seconde fois"):
        attempt = self_service.watched.reset(letter, passwords.strong())
        dossier.proof("IEU 4.1.1", attempt.picture("récupération"), "Lien déjà servi, refusé")

    dossier.verify("AUT-31", attempt=attempt.releve, control=control.releve)

    with dossier.step("Se connecter avec l'ancien mot de passe, puis avec le nouveau"):
        former = access.sign_in(account, Case.FORMER)
        after = access.sign_in(control.account)

    roles = {"before": before.releve, "attempt": former.releve, "after": after.releve}
    dossier.verify("AUT-21", **roles)
