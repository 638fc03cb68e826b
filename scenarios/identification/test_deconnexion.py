"""IEPS 12, IEPS 13, IEU 11, IEU 12, SSI/IE.38, SSI/IE.39 — la session se ferme, et pour de bon."""

from harness import requirement, scenario
from harness.model.access_cases import Case


@requirement("IEPS 12", "SSI/IE.38")
@scenario("IEPS 12.1", "SSI/IE.38.01", "Professionnel : la déconnexion éteint la session")
def test_professional_logout_ends_the_session(people, access, dossier):
    with dossier.step("Se connecter (jumeau permis)"):
        before = access.watched.sign_in(people.professional())

    with dossier.step("Se déconnecter"):
        page = access.sign_out(before)
        dossier.proof("IEPS 12.1.1", "SSI/IE.38.01.01", page, "Déconnexion")

    with dossier.step("Présenter le cookie d'avant"):
        thief = access.steal(before, Case.SIGNED_OUT)

    dossier.verify("AUT-19", before=before.releve, attempt=thief.releve)


@requirement("IEU 11")
@scenario("IEU 11.1", "Usager : la déconnexion éteint la session")
def test_patient_logout_ends_the_session(people, access, dossier):
    with dossier.step("Se connecter avec les deux facteurs (jumeau permis)"):
        before = access.watched.sign_in(people.patient())

    with dossier.step("Se déconnecter"):
        dossier.proof("IEU 11.1.1", access.sign_out(before), "Déconnexion")

    with dossier.step("Présenter le cookie d'avant"):
        thief = access.steal(before, Case.SIGNED_OUT)

    dossier.verify("AUT-19", before=before.releve, attempt=thief.releve)


@requirement("IEPS 13", "SSI/IE.39")
@scenario("IEPS 13.1", "SSI/IE.39.01", "Professionnel : l'inactivité ferme la session, au délai")
def test_idle_professional_is_signed_out(people, access, security, dossier):
    proof = ("IEPS 13.1.1", "SSI/IE.39.01.01")

    with dossier.step("Régler le délai d'inactivité"):
        idle = security.idle()
        settings = security.page()
        dossier.proof(*proof, settings, "Réglage du délai")

    with dossier.step("Se connecter, travailler, et revenir juste avant le délai (jumeau permis)"):
        control = access.watched.sign_in(people.professional())
        access.later(idle.half)
        access.again(control)
        access.later(idle.just_before)
        before = access.again(control)

    with dossier.step("Revenir après le délai"):
        access.later(idle.beyond)
        attempt = access.again(control, Case.IDLE)
        dossier.proof(*proof, attempt.picture("inactivité"), "Déconnexion automatique")

    dossier.verify("AUT-33", settings=settings.releve, expected={"delays": ["inactivite"]})
    roles = {"control": control.releve, "before": before.releve, "attempt": attempt.releve}
    dossier.verify("AUT-20", **roles)


@requirement("IEU 12")
@scenario("IEU 12.1", "Usager : l'inactivité ferme la session, au délai")
def test_idle_patient_is_signed_out(people, access, security, dossier):
    with dossier.step("Régler le délai d'inactivité"):
        idle = security.idle()
        settings = security.page()
        dossier.proof("IEU 12.1.1", settings, "Réglage du délai")

    with dossier.step("Se connecter, travailler, et revenir juste avant le délai (jumeau permis)"):
        control = access.watched.sign_in(people.patient())
        access.later(idle.half)
        access.again(control)
        access.later(idle.just_before)
        before = access.again(control)

    with dossier.step("Revenir après le délai"):
        access.later(idle.beyond)
        attempt = access.again(control, Case.IDLE)
        dossier.proof("IEU 12.1.1", attempt.picture("inactivité"), "Déconnexion automatique")

    dossier.verify("AUT-33", settings=settings.releve, expected={"delays": ["inactivite"]})
    roles = {"control": control.releve, "before": before.releve, "attempt": attempt.releve}
    dossier.verify("AUT-20", **roles)
