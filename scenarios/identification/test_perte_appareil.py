"""SSI/IE.34, IEU 9 — l'appareil perdu est remplacé : l'ancien n'ouvre plus, le nouveau ouvre."""

from harness import requirement, scenario
from harness.model.access_cases import Case

pytestmark = requirement("SSI/IE.34", "IEU 9")


@scenario("SSI/IE.34.01", "IEU 9.1", "Un nouvel appareil remplace celui d'avant")
def test_new_device_replaces_the_former(people, access, self_service, dossier):
    account = people.patient()

    with dossier.step("Se connecter avec l'appareil présent (jumeau permis)"):
        before = access.sign_in(account)

    with dossier.step("Enrôler un nouvel appareil, en étant connecté"):
        done = self_service.enrolled(access.watched.enter(account))
        proof = ("SSI/IE.34.01.01", "IEU 9.1.1")
        dossier.proof(*proof, done.picture("second facteur"), "Renouvellement de l'appareil")

    with dossier.step("Se connecter avec l'ancien appareil, puis avec le nouveau"):
        attempt = access.sign_in(account, Case.LOST)
        control = access.sign_in(done.account)

    roles = {"before": before.releve, "attempt": attempt.releve, "control": control.releve}
    dossier.verify("AUT-15", **roles)


@scenario("SSI/IE.34.01", "IEU 9.1", "Un code de secours remplace l'appareil perdu")
def test_lost_device_is_replaced(people, access, self_service, dossier):
    proof = ("SSI/IE.34.01.01", "IEU 9.1.1")

    with dossier.step("Enrôler un appareil, noter ses codes de secours, se connecter avec lui"):
        first = self_service.enrolled(access.enter(people.patient()))
        spare = self_service.recovery_codes(first)[0]
        before = access.sign_in(first.account)

    with dossier.step("Perdre l'appareil, et en enrôler un autre par un code de secours"):
        lost = self_service.watched.lose_device(first.account, spare)
        second = self_service.enrolled(lost.access)
        dossier.proof(*proof, second.picture("second facteur"), "Remplacement de l'appareil")

    with dossier.step("Se connecter avec l'ancien appareil, puis avec le nouveau"):
        attempt = access.watched.sign_in(first.account, Case.LOST)
        dossier.proof(*proof, attempt.picture(), "L'ancien appareil n'ouvre plus")
        control = access.sign_in(second.account)

    roles = {"before": before.releve, "attempt": attempt.releve, "control": control.releve}
    dossier.verify("AUT-15", **roles)


@scenario("SSI/IE.34.01", "IEU 9.1", "Un code de secours sert une seule fois")
def test_spare_code_serves_once(people, access, self_service, dossier):
    with dossier.step("Enrôler un appareil, et le perdre en donnant un code de secours"):
        first = self_service.enrolled(access.enter(people.patient()))
        spare = self_service.recovery_codes(first)[0]
        control = self_service.lose_device(first.account, spare)

    with dossier.step("Donner le même code une seconde fois"):
        attempt = self_service.watched.lose_device(first.account, spare)
        proof = ("SSI/IE.34.01.01", "IEU 9.1.1")
        dossier.proof(*proof, attempt.picture("second facteur"), "Code déjà servi, refusé")

    dossier.verify("AUT-15", attempt=attempt.releve, control=control.releve)
