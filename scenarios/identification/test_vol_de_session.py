"""IEU 9 — une session volée avant le second facteur n'ouvre rien, même une fois l'usager entré."""

from harness import requirement, scenario
from harness.model.access_cases import Case

pytestmark = requirement("IEU 9")


@scenario("IEU 9.1", "Le cookie d'avant le second facteur ne vaut rien ensuite")
def test_early_cookie_opens_nothing(people, access, dossier):
    account = people.patient()

    with dossier.step("Se connecter avec les deux facteurs, et garder le cookie du premier"):
        control = access.sign_in(account)

    with dossier.step("Présenter ce cookie depuis un autre poste"):
        thief = access.watched.steal(control, Case.EARLY_COOKIE)
        dossier.proof("IEU 9.1.1", thief.picture(), "Le cookie du premier facteur n'ouvre rien")

    with dossier.step("La session de l'usager reste ouverte (jumeau permis)"):
        owner = access.again(control)

    dossier.verify("AUT-13", attempt=thief.releve, control=owner.releve)
