"""IEU 1, IEU 2, IEU 7 — l'identité de l'usager est vérifiée, et son matricule l'identifie."""

import pytest

from harness import requirement, scenario
from harness.model.access_cases import Case

BIRTH_NAME = {"birth_name": "AUTREMENT"}


@pytest.mark.parametrize("check", ["CN", "case"])
@requirement("IEU 1")
@scenario("IEU 1.1", "Le compte s'ouvre sur une identité vérifiée, et le journal le dit")
def test_identity_is_verified_at_opening(people, traces, dossier, check):
    with dossier.step("Ouvrir un compte sans vérifier l'identité"):
        attempt = people.open(people.known("homonyme-a"), check="")
        dossier.proof("IEU 1.1.1", attempt.releve, *attempt.raw, "Refus sans vérification")

    with dossier.step("Ouvrir un compte en vérifiant l'identité (jumeau permis)"):
        patient = people.known("durand-camille")
        watch = traces.watch(patient)
        control = people.open(patient, check=check)
        journal = traces.since(watch)
        dossier.proof("IEU 1.1.1", traces.page(patient), "Vérification, et sa trace")

    roles = {"attempt": attempt.releve, "control": control.releve, "journal": journal.after}
    dossier.verify("AUT-28", **roles, expected={"proof": check})


@requirement("IEU 2")
@scenario("IEU 2.1", "Un attribut d'identité ne change qu'avec un contrôle")
def test_identity_changes_only_with_a_check(people, access, dossier):
    account = people.patient()

    with dossier.step("Changer le nom de naissance sans contrôle"):
        attempt = people.change_identity(account, BIRTH_NAME)
        dossier.proof("IEU 2.1.1", attempt.releve, *attempt.raw, "Refus sans contrôle")

    with dossier.step("Le changer avec un contrôle (jumeau permis)"):
        control = people.change_identity(account, BIRTH_NAME, check="CN")
        shown = access.account_of(access.watched.enter(account))
        dossier.proof("IEU 2.1.1", shown.picture("compte"), "Attribut changé après contrôle")

    dossier.verify("AUT-29", attempt=attempt.releve, control=control.releve)


@requirement("IEU 2")
@scenario("IEU 2.1", "La demande de l'usager ne change rien par elle-même")
def test_request_of_the_patient_changes_nothing(people, access, self_service, dossier):
    account = people.patient()

    with dossier.step("Demander, en usager, la correction du nom de naissance"):
        before = people.identity(account)
        session = access.watched.enter(account)
        request = self_service.ask_identity_change(session, **BIRTH_NAME)
        dossier.proof("IEU 2.1.1", request.picture("compte"), "Demande de l'usager")
        after = people.identity(account)

    with dossier.step("La même correction, contrôlée par un professionnel (jumeau permis)"):
        control = people.change_identity(account, BIRTH_NAME, check="CN")

    roles = {"attempt": request.releve, "control": control.releve}
    dossier.verify("AUT-29", **roles, before=before, after=after)


@requirement("IEU 7")
@scenario("IEU 7.1", "L'usager s'identifie avec son matricule INS")
def test_matricule_identifies_the_patient(people, access, identities, dossier):
    with dossier.step("Lier un compte au matricule d'une identité qualifiée"):
        patient = identities.qualified("nom-utilise")
        account = people.account_of(patient)
        people.link(account)

    with dossier.step("Se connecter avec l'identifiant privé (jumeau permis)"):
        control = access.account_of(access.sign_in(account))

    with dossier.step("Se connecter avec le matricule"):
        matricule = patient.person.matricule
        attempt = access.watched.sign_in(account, Case.MATRICULE, identifier=matricule)
        dossier.proof("IEU 7.1.1", attempt.picture(), "Identification par le matricule")

    dossier.verify("AUT-30", attempt=access.account_of(attempt).releve, control=control.releve)
