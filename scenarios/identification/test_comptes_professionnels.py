"""IEPS 4, IEPS 8, SSI/IE.33, SSI/IAM.87, .94 — comptes de professionnels : attributs, unicité."""

from harness import requirement, scenario


@requirement("IEPS 4", "SSI/IE.33")
@scenario(
    "IEPS 4.1", "SSI/IE.33.01", "Identifiant, nom d'exercice, prénom et profession sont tenus"
)
def test_account_holds_the_professional_attributes(people, access, dossier):
    with dossier.step("Créer le compte d'un professionnel de l'Annuaire"):
        account = people.professional()
        record = people.record(account)

    with dossier.step("Montrer les attributs de son compte"):
        shown = access.account_of(access.watched.enter(account))
        proof = ("IEPS 4.1.1", "SSI/IE.33.01.01")
        dossier.proof(*proof, shown.picture("compte"), record, "Attributs du compte")

    expected = {"professional": account.professional.traits()}
    dossier.verify("AUT-27", record=record, expected=expected)


@requirement("IEPS 8")
@scenario("IEPS 8.1", "Un second compte pour le même professionnel donne une alerte de doublon")
def test_duplicate_account_is_alerted(people, dossier):
    meant = people.described()

    with dossier.step("Créer le compte (jumeau permis)"):
        control = people.submit(meant)

    with dossier.step("Créer un second compte avec les mêmes traits, sous un autre identifiant"):
        attempt = people.submit(meant, login=f"{meant.login}.bis")
        dossier.proof("IEPS 8.1.1", attempt.releve, *attempt.raw, "Alerte de doublon")

    dossier.verify("AUT-26", attempt=attempt.releve, control=control.releve)


@requirement("SSI/IAM.87", "SSI/IAM.94")
@scenario("SSI/IAM.87.01", "SSI/IAM.94.01", "L'extraction des comptes les contient tous")
def test_accounts_are_extracted(people, dossier):
    with dossier.step("Créer deux comptes"):
        first, second = people.professional("medecin"), people.professional("infirmier")

    with dossier.step("Extraire les comptes"):
        extraction = people.extraction()
        proof = ("SSI/IAM.87.01.01", "SSI/IAM.94.01.01")
        dossier.proof(*proof, extraction, "Extraction des comptes")

    expected = {"accounts": [first.login, second.login]}
    dossier.verify("AUT-35", answer=extraction, expected=expected)
