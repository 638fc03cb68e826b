"""IEPS 6, IEU 5 — un renouvellement peut être imposé : rien ne s'ouvre avant, tout après."""

from harness import requirement, scenario
from harness.model.access_cases import Case

RENEWALS = {"delays": ["renouvellement"]}


@requirement("IEPS 6")
@scenario("IEPS 6.1", "Professionnel : le mot de passe échu doit être changé")
def test_professional_must_renew_the_password(
    people, access, self_service, security, passwords, dossier
):
    account = people.professional()

    with dossier.step("Régler un délai, et se connecter juste avant qu'il passe (jumeau permis)"):
        delay = security.renewal(account, "mot-de-passe")
        settings = security.page()
        dossier.proof("IEPS 6.1.1", settings, "Réglage du délai")
        access.later(delay.just_before)
        control = access.sign_in(account)

    with dossier.step("Se connecter une fois le délai passé"):
        access.later(delay.margin * 2)
        expired = access.watched.sign_in(account, Case.EXPIRED)
        dossier.proof("IEPS 6.1.1", expired.picture(), "Renouvellement imposé")

    with dossier.step("Choisir un nouveau mot de passe, puis se connecter"):
        renewed = self_service.renew(expired, passwords.strong())
        after = access.watched.sign_in(renewed.account)
        dossier.proof("IEPS 6.1.1", after.picture(), "Connexion avec le nouveau mot de passe")

    dossier.verify("AUT-33", settings=settings.releve, expected=RENEWALS)
    roles = {"control": control.releve, "attempt": expired.releve, "after": after.releve}
    dossier.verify("AUT-22", **roles)


@requirement("IEU 5")
@scenario("IEU 5.1", "Usager : le mot de passe échu doit être changé")
def test_patient_must_renew_the_password(
    people, access, self_service, security, passwords, dossier
):
    account = people.patient()

    with dossier.step("Régler un délai, et se connecter juste avant qu'il passe (jumeau permis)"):
        delay = security.renewal(account, "mot-de-passe")
        settings = security.page()
        dossier.proof("IEU 5.1.1", settings, "Réglage du délai")
        access.later(delay.just_before)
        control = access.sign_in(account)

    with dossier.step("Se connecter une fois le délai passé"):
        access.later(delay.margin * 2)
        expired = access.watched.sign_in(account, Case.EXPIRED)
        dossier.proof("IEU 5.1.1", expired.picture(), "Renouvellement imposé")

    with dossier.step("Choisir un nouveau mot de passe, puis se connecter"):
        renewed = self_service.renew(expired, passwords.strong())
        after = access.watched.sign_in(renewed.account)
        dossier.proof("IEU 5.1.1", after.picture(), "Connexion avec le nouveau mot de passe")

    dossier.verify("AUT-33", settings=settings.releve, expected=RENEWALS)
    roles = {"control": control.releve, "attempt": expired.releve, "after": after.releve}
    dossier.verify("AUT-22", **roles)


@requirement("IEU 5")
@scenario("IEU 5.1", "Usager : le second facteur échu doit être renouvelé")
def test_patient_must_renew_the_second_factor(people, access, self_service, security, dossier):
    account = people.patient()

    with dossier.step("Régler un délai, et se connecter juste avant qu'il passe (jumeau permis)"):
        delay = security.renewal(account, "totp")
        settings = security.page()
        dossier.proof("IEU 5.1.1", settings, "Réglage du délai")
        access.later(delay.just_before)
        control = access.sign_in(account)

    with dossier.step("Se connecter une fois le délai passé"):
        access.later(delay.margin * 2)
        expired = access.watched.sign_in(account, Case.EXPIRED)
        dossier.proof("IEU 5.1.1", expired.picture(), "Renouvellement imposé")

    with dossier.step("Enrôler un nouvel appareil, puis se connecter"):
        renewed = self_service.renew_factor(expired)
        after = access.watched.sign_in(renewed.account)
        dossier.proof("IEU 5.1.1", after.picture(), "Connexion avec le nouvel appareil")

    dossier.verify("AUT-33", settings=settings.releve, expected=RENEWALS)
    roles = {"control": control.releve, "attempt": expired.releve, "after": after.releve}
    dossier.verify("AUT-22", **roles)
