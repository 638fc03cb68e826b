"""PSC 4, PSC.02, PSC/va1.02 — un professionnel a un compte, celui de son identifiant national."""

from harness import requirement, scenario

pytestmark = requirement("PSC 4", "PSC.02", "PSC/va1.02")


@scenario(
    *("PSC 4.1", "PSC.02.01", "PSC/va1.02.01"),
    "Pro Santé Connect, l'autre moyen, puis encore Pro Santé Connect : même compte",
)
def test_account_is_the_same_by_every_means(psc, access, dossier):
    proof = ("PSC 4.1.1", "PSC.02.01.01", "PSC/va1.02.01.01")

    with dossier.step("Se connecter par Pro Santé Connect"):
        account = psc.member("medecin")
        first = psc.account_of(psc.sign_in("medecin", watched=True))
        dossier.proof(*proof, first.picture("compte"), "Compte ouvert par Pro Santé Connect")

    with dossier.step("Se connecter par mot de passe"):
        other = access.watched.account_of(access.watched.sign_in(account))
        dossier.proof(*proof, other.picture("compte"), "Compte ouvert par mot de passe")

    with dossier.step("Se connecter de nouveau par Pro Santé Connect"):
        again = psc.account_of(psc.sign_in("medecin"))
        dossier.proof(*proof, again.releve, "Compte ouvert de nouveau par Pro Santé Connect")

    dossier.verify("AUT-36", attempt=first.releve, control=other.releve, again=again.releve)
    expected = psc.expecting("medecin")
    dossier.verify("PSC-05", psc=first.calls, control=first.releve, expected=expected)


@scenario(
    "PSC 4.1", "PSC.02.01", "Le compte reste le sien quand sub et preferred_username changent"
)
def test_account_is_found_by_subject_name_id(psc, dossier):
    with dossier.step("Se connecter par Pro Santé Connect"):
        psc.member("medecin")
        control = psc.account_of(psc.sign_in("medecin"))

    with dossier.step("Se connecter de nouveau sous un autre sub et un autre preferred_username"):
        psc.renames("medecin")
        attempt = psc.account_of(psc.sign_in("medecin", "sub et preferred_username changés"))
        calls = psc.calls(control, attempt)
        dossier.attach(attempt.releve, calls)

    dossier.verify("PSC-05", psc=calls, attempt=attempt.releve, control=control.releve)


@scenario("PSC 4.1", "PSC.02.01", "Un professionnel sans compte n'ouvre rien")
def test_professional_without_account_opens_nothing(psc, dossier):
    with dossier.step("Se connecter, avec un compte (jumeau permis)"):
        psc.member("medecin")
        control = psc.sign_in("medecin")

    with dossier.step("Se connecter, sans compte dans le logiciel"):
        psc.stranger("infirmier")
        attempt = psc.sign_in("infirmier", "professionnel sans compte")
        dossier.attach(attempt.releve, attempt.calls)

    dossier.verify("PSC-05", psc=attempt.calls, attempt=attempt.releve, control=control.releve)


@requirement("PSC 2", "PSC.01")
@scenario("PSC 2.1", "PSC.01.01", "Le professionnel choisit son exercice quand il en a plusieurs")
def test_activity_is_chosen(psc, dossier):
    with dossier.step("S'identifier et consentir, avec deux exercices"):
        psc.member("medecin-deux-exercices")
        attempt = psc.sign_in("medecin-deux-exercices", "plusieurs exercices")
        dossier.attach(attempt.releve, attempt.calls)

    with dossier.step("Choisir le second"):
        chosen = psc.choose(attempt, 1)
        dossier.attach(chosen.releve)

    expected = psc.choosing("medecin-deux-exercices", 1)
    dossier.verify(
        "PSC-07", psc=chosen.calls, attempt=attempt.releve, control=chosen.releve, expected=expected
    )
