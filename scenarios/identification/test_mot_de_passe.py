"""IEPS 9.2, IEU 10.2, SSI/IE.36, SSI/IAM.92 — un mot de passe trop faible est refusé.

Une politique plus stricte que la grille n'est qu'un avertissement. Là où la grille se contredit
(8 caractères de 3 classes, 8 chiffres), rien n'est demandé.
"""

import pytest

from harness import requirement, scenario

EVERY = "minuscules+majuscules+chiffres+signes"


@pytest.mark.parametrize(
    "shape", [f"7 {EVERY}", "8 minuscules+chiffres", "10 minuscules", "14 chiffres", "15 chiffres"]
)
@requirement("IEPS 9", "SSI/IE.36")
@scenario("IEPS 9.2", "SSI/IE.36.01", "Professionnel : sous 50 bits, refusé")
def test_professional_password_under_fifty_bits_is_refused(
    people, access, self_service, passwords, dossier, shape
):
    with dossier.step("Choisir un mot de passe fort (jumeau permis)"):
        session = access.watched.enter(people.professional())
        control = self_service.change_password(session, passwords.strong())

    with dossier.step("Proposer un mot de passe trop faible"):
        proposed = passwords.of(shape)
        attempt = self_service.change_password(control.access, proposed)
        proof = ("IEPS 9.2.1", "SSI/IE.36.01.01")
        dossier.proof(*proof, attempt.picture(), f"Mot de passe : {shape}")

    expected = {"bits": 50, "secret": proposed.described}
    dossier.verify("AUT-18", attempt=attempt.releve, control=control.releve, expected=expected)


@pytest.mark.parametrize(
    "shape", ["9 minuscules+majuscules+chiffres", "11 minuscules", "16 chiffres"]
)
@requirement("IEPS 9", "SSI/IE.36")
@scenario("IEPS 9.2", "SSI/IE.36.01", "Professionnel : juste au-dessus de 50 bits (jumeau)")
def test_professional_password_above_fifty_bits(
    people, access, self_service, passwords, dossier, shape
):
    with dossier.step("Choisir un mot de passe fort, puis un autre, juste au-dessus de la borne"):
        session = access.enter(people.professional())
        control = self_service.change_password(session, passwords.strong())
        proposed = passwords.of(shape)
        attempt = self_service.change_password(control.access, proposed)

    expected = {"bits": 50, "secret": proposed.described}
    dossier.verify("AUT-18", attempt=attempt.releve, control=control.releve, expected=expected)


@requirement("IEPS 9", "SSI/IE.36")
@scenario("IEPS 9.2", "SSI/IE.36.01", "Professionnel : la borne vaut aussi à la création du compte")
def test_password_of_a_new_account_has_fifty_bits(people, passwords, dossier):
    with dossier.step("Créer un compte avec un mot de passe fort (jumeau permis)"):
        control = people.chooses("medecin", passwords.strong())

    with dossier.step("Créer un compte avec un mot de passe faible"):
        proposed = passwords.of("8 minuscules+chiffres")
        attempt = people.chooses("infirmier", proposed)
        proof = ("IEPS 9.2.1", "SSI/IE.36.01.01")
        dossier.proof(*proof, attempt.releve, *attempt.raw, "Refus du mot de passe faible")

    expected = {"bits": 50, "secret": proposed.described}
    dossier.verify("AUT-18", attempt=attempt.releve, control=control.releve, expected=expected)


@pytest.mark.parametrize("shape", ["7 chiffres", "5 minuscules", f"4 {EVERY}"])
@requirement("IEU 10")
@scenario("IEU 10.2", "Usager : sous 27 bits, refusé")
def test_patient_secret_under_twenty_seven_bits_is_refused(
    people, access, self_service, passwords, dossier, shape
):
    with dossier.step("Choisir un secret fort (jumeau permis)"):
        session = access.watched.enter(people.patient())
        control = self_service.change_password(session, passwords.strong())

    with dossier.step("Proposer un secret trop faible"):
        proposed = passwords.of(shape)
        attempt = self_service.change_password(control.access, proposed)
        caption = f"Mot de passe : {shape}"
        dossier.proof("IEU 10.2.1", attempt.picture(), caption)

    expected = {"bits": 27, "secret": proposed.described}
    dossier.verify("AUT-18", attempt=attempt.releve, control=control.releve, expected=expected)


@pytest.mark.parametrize("shape", ["9 chiffres", "6 minuscules"])
@requirement("IEU 10")
@scenario("IEU 10.2", "Usager : juste au-dessus de 27 bits (jumeau)")
def test_patient_secret_above_twenty_seven_bits(
    people, access, self_service, passwords, dossier, shape
):
    with dossier.step("Choisir un secret fort, puis un autre, juste au-dessus de la borne"):
        session = access.enter(people.patient())
        control = self_service.change_password(session, passwords.strong())
        proposed = passwords.of(shape)
        attempt = self_service.change_password(control.access, proposed)

    expected = {"bits": 27, "secret": proposed.described}
    dossier.verify("AUT-18", attempt=attempt.releve, control=control.releve, expected=expected)


@pytest.mark.parametrize("shape", [f"14 {EVERY}", "15 minuscules+majuscules+chiffres"])
@requirement("SSI/IAM.92")
@scenario("SSI/IAM.92.01", "Compte privilégié : sous 15 caractères ou 4 classes, refusé")
def test_privileged_password_under_its_policy_is_refused(
    people, access, self_service, passwords, dossier, shape
):
    with dossier.step("Choisir un mot de passe fort pour un compte d'administration"):
        session = access.watched.enter(people.professional(profile="administrateur"))
        control = self_service.change_password(session, passwords.strong())

    with dossier.step("Proposer un mot de passe trop faible"):
        proposed = passwords.of(shape)
        attempt = self_service.change_password(control.access, proposed)
        caption = f"Mot de passe : {shape}"
        dossier.proof("SSI/IAM.92.01.01", attempt.picture(), caption)

    expected = {"privileged": proposed.described}
    dossier.verify("AUT-34", attempt=attempt.releve, control=control.releve, expected=expected)


@requirement("SSI/IAM.92")
@scenario("SSI/IAM.92.01", "Compte privilégié : 15 caractères de 4 classes (jumeau)")
def test_privileged_password_at_its_policy(people, access, self_service, passwords, dossier):
    with dossier.step("Choisir un mot de passe fort, puis un autre, juste assez"):
        session = access.enter(people.professional(profile="administrateur"))
        control = self_service.change_password(session, passwords.strong())
        proposed = passwords.of(f"15 {EVERY}")
        attempt = self_service.change_password(control.access, proposed)

    expected = {"privileged": proposed.described}
    dossier.verify("AUT-34", attempt=attempt.releve, control=control.releve, expected=expected)


@requirement("SSI/IAM.92")
@scenario("SSI/IAM.92.01", "Compte privilégié : un mot de passe déjà employé est refusé")
def test_privileged_password_is_never_used_again(people, access, self_service, passwords, dossier):
    account = people.professional(profile="administrateur")

    with dossier.step("Changer de mot de passe (jumeau permis)"):
        control = self_service.change_password(access.watched.enter(account), passwords.strong())

    with dossier.step("Reprendre le mot de passe d'avant"):
        attempt = self_service.change_password(control.access, account.password)
        dossier.proof("SSI/IAM.92.01.01", attempt.picture(), "Réemploi refusé")

    expected = {"privileged": account.password.described, "reused": True}
    dossier.verify("AUT-34", attempt=attempt.releve, control=control.releve, expected=expected)
