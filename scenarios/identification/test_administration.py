"""ADM 1 — changer le profil d'un compte change ce qu'il ouvre."""

from harness import requirement, scenario

pytestmark = requirement("ADM 1")


@scenario("ADM 1.1", "Un profil retiré ferme, un profil donné ouvre, dans la session même")
def test_profile_takes_effect(people, access, rights, dossier):
    with dossier.step("Se connecter sous un profil de soins"):
        account = people.professional(profile="soignant")
        session = access.watched.enter(account)
        caring = access.by_profile(session)
        dossier.proof("ADM 1.1.1", rights.settings(), caring.picture("profil"), "Avant")

    with dossier.step("Lui donner un profil sans accès aux identités"):
        people.give_profile(account, "secrétariat")
        reduced = access.by_profile(session)
        dossier.proof("ADM 1.1.1", rights.settings(), reduced.picture("profil"), "Après")

    with dossier.step("Lui rendre le profil de soins"):
        people.give_profile(account, "soignant")
        restored = access.by_profile(session)

    dossier.verify(
        "AUT-32", before=caring.releve, after=reduced.releve, expected={"profile": "retiré"}
    )
    dossier.verify(
        "AUT-32", before=reduced.releve, after=restored.releve, expected={"profile": "donné"}
    )
