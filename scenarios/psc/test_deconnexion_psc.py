"""PSC 2, PSC.01, PSC/va1.01 — la déconnexion ferme la session du logiciel et celle de PSC."""

from harness import requirement, scenario

pytestmark = requirement("PSC 2", "PSC.01", "PSC/va1.01")


@scenario("PSC 2.1", "PSC.01.01", "PSC/va1.01.01", "La déconnexion ferme les deux sessions")
def test_sign_out_closes_both_sessions(psc, dossier):
    with dossier.step("Se connecter par Pro Santé Connect (jumeau permis)"):
        psc.member("medecin")
        control = psc.sign_in("medecin")

    with dossier.step("Se déconnecter, puis présenter le témoin (cookie) d'avant"):
        thief = psc.sign_out(control)
        dossier.attach(thief.releve, thief.calls)

    dossier.verify("PSC-09", psc=thief.calls, attempt=thief.releve, control=control.releve)


@scenario(
    *("PSC 2.1", "PSC.01.01", "PSC/va1.01.01"),
    "Le retour d'une déconnexion que personne n'a demandée est refusé",
)
def test_foreign_return_is_refused(psc, dossier):
    with dossier.step("Se connecter par Pro Santé Connect (jumeau permis)"):
        psc.member("medecin")
        control = psc.sign_in("medecin")

    with dossier.step("Se déconnecter, puis revenir avec un autre state"):
        attempt = psc.foreign_return(control)
        dossier.attach(attempt.releve, attempt.calls)

    dossier.verify("PSC-09", psc=attempt.calls, attempt=attempt.releve, control=control.releve)
