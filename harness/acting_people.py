"""The desk of people: accounts of professionals and of patients, fresh or given by the vendor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.acting import Patient
from harness.acting_rights import KEEPER, NO_INSI
from harness.acting_secrets import (
    PATIENT,
    PROFESSIONAL,
    TOTP,
    Account,
    Password,
    Passwords,
)
from harness.cast import Cast
from harness.model.access_cases import Act
from harness.model.artefact import Artefact
from harness.model.problems import CapabilityMissing, Inconclusive
from harness.model.professional import Professional
from harness.model.releve import AttemptReleve
from harness.targets.access_base import PatientAccess, ProfessionalAccess
from harness.targets.base import AccountRef, Attempt, Capability
from harness.targets.target_access import FixedAccount

if TYPE_CHECKING:
    from harness.simulators.annuaire import AnnuaireSimulator
    from harness.targets.access_base import Opened
    from harness.targets.drivers import Drivers

CHECK = "CN"
"""Code of the justificatif that a professional looks at: carte nationale."""
BOX = "case"
"""What stands for the box that a professional ticks instead."""
FIRST = "medecin"
"""The professional of a scenario that needs one."""
CARE, NO_CARE = "soignant", "secrétariat"
"""Profiles of the target: with and without access to identities."""


class PeopleDesk:
    """Open accounts as the keeper of accounts does, and read them."""

    def __init__(
        self,
        drivers: Drivers,
        cast: Cast,
        passwords: Passwords,
        patients: Callable[[str], Patient],
        annuaire: AnnuaireSimulator | None,
    ) -> None:
        """Draw people from `cast`; `patients` makes the patient of a template."""
        self.passwords = passwords
        self._drivers = drivers
        self._cast = cast
        self._patients = patients
        self._annuaire = annuaire
        self._accounts: dict[str, Account] = {}
        self._withdrawn = False

    # -- professionals ------------------------------------------------------------------------

    def professional(self, key: str = "medecin", *, profile: str = CARE) -> Account:
        """Return the fresh account of a professional, with a password; else that of the file.

        Raises `Inconclusive` when its creation is refused.
        """
        if not self._offers("professional_create"):
            return self._given(PROFESSIONAL)
        account = self.described(key)
        opened = self.submit(account, key, profile=profile)
        return replace(account, id=self._required(opened, "du professionnel"), login=opened.login)

    def described(self, key: str = "medecin") -> Account:
        """Return the account that a professional is meant to have; the Annuaire knows them."""
        professional = self._cast.professional(key)
        if self._annuaire is not None:
            self._annuaire.knows(professional)
        login = f"ps.{professional.rpps}"
        return Account(
            kind=PROFESSIONAL,
            id="",
            login=login,
            password=self.passwords.strong(),
            email=f"{login}@banc.example.org",
            phone=_phone(professional.rpps),
            professional=professional,
        )

    def submit(
        self, account: Account, key: str = "medecin", *, profile: str = CARE, login: str = ""
    ) -> Opened:
        """Ask for the account of a professional, whatever the software answers.

        `login` stands in for that of the account: the same person, under another name.
        """
        opened = self._drivers.people.create_professional(
            self._cast.professional(key),
            ProfessionalAccess(
                login=login or account.login,
                email=account.email,
                phone=account.phone,
                profile=profile,
                password=account.password.text,
            ),
        )
        return replace(opened, releve=_as(Act.PROFESSIONAL, opened.releve))

    def chooses(self, key: str, password: Password) -> Opened:
        """Ask for the account of a professional with this password, whatever is answered."""
        opened = self.submit(self.described(key).with_password(password), key)
        return replace(opened, releve=_as(Act.CHOICE, opened.releve))

    def record(self, account: Account) -> Artefact:
        """Return what the software holds of a professional (`ProfessionalReleve`)."""
        return self._drivers.people.professional(account.id)

    def extraction(self) -> Artefact:
        """Return the extraction of the accounts, as it came."""
        return self._drivers.people.professionals().raw

    def give_profile(self, account: Account, profile: str) -> Attempt:
        """Give a profile to a professional: `CARE` or `NO_CARE`.

        For the role `sans_insi` of the target file, which the banc did not create, its right to
        identities is given back or withdrawn.
        """
        if account.id:
            return self._drivers.people.update_professional(account.id, {"profile": profile})
        self._withdrawn = profile == NO_CARE
        operation = "right_withdraw" if self._withdrawn else "right_restore"
        return self._drivers.rights.change(KEEPER, operation)

    def restore(self) -> None:
        """Give back the right that a scenario withdrew and left so."""
        if self._withdrawn:
            self._drivers.rights.change(KEEPER, "right_restore")

    # -- patients -----------------------------------------------------------------------------

    def patient(self, key: str = "durand-camille") -> Account:
        """Return the fresh account of a patient, with a password and TOTP; else that of the file.

        Raises `Inconclusive` when its creation is refused.
        """
        if not self._offers("patient_access"):
            return self._given(PATIENT)
        return self.account_of(self._patients(key))

    def account_of(self, patient: Patient) -> Account:
        """Return the fresh account of a patient of the software. Raises as `patient`."""
        opened = self.open(patient)
        account = replace(self._meant(patient), totp=opened.totp_secret)
        return replace(account, id=self._required(opened, "de l'usager"), login=opened.login)

    def known(self, key: str = "durand-camille") -> Patient:
        """Return a patient of the software who has no account yet."""
        return self._patients(key)

    def open(self, patient: Patient, *, check: str = CHECK) -> Opened:
        """Ask for the account of a patient, whatever the software answers.

        `check` is the code of the justificatif that was looked at, `case` for a box that was
        ticked, '' for no check at all.
        """
        account = self._meant(patient)
        opened = self._drivers.people.create_patient_access(
            patient.ref,
            PatientAccess(
                login=account.login,
                identity_check=check,
                email=account.email,
                phone=account.phone,
                password=account.password.text,
                second_factor=account.factor,
            ),
        )
        return replace(opened, releve=_as(Act.OPENING, opened.releve))

    def link(self, account: Account) -> None:
        """Bind the account of a patient to the matricule of its identity."""
        self._drivers.accounts.link(AccountRef(account.id, account.login))

    def identity(self, account: Account) -> Artefact:
        """Return the identity of the patient who has an account (`IdentityReleve`).

        Raises `CapabilityMissing` for an account of the target file, whose patient is not known.
        """
        if account.patient is None:
            raise CapabilityMissing(
                f"l'identité de {account.login} n'est pas connue : un compte que le banc crée "
                "est nécessaire (capabilities.people)"
            )
        return self._drivers.identities.read(account.patient.ref)

    def change_identity(
        self, account: Account, changes: Mapping[str, str], *, check: str = ""
    ) -> Attempt:
        """Change identity attributes that an account keeps, with a check or without any."""
        attempt = self._drivers.people.change_identity(account.id, changes, check)
        return replace(attempt, releve=_as(Act.ATTRIBUTES, attempt.releve))

    # -- what they are ------------------------------------------------------------------------

    def _meant(self, patient: Patient) -> Account:
        number = patient.person.private_id
        if number not in self._accounts:
            login = f"usager.{number.lower()}"
            self._accounts[number] = Account(
                kind=PATIENT,
                id="",
                login=login,
                password=self.passwords.strong(),
                factor=TOTP,
                email=f"{login}@banc.example.org",
                phone=_phone(number),
                patient=patient,
            )
        return self._accounts[number]

    def _offers(self, operation: str) -> bool:
        described = self._drivers.target.drivers.http.operations
        return self._drivers.offers(Capability.PEOPLE) and operation in described

    def _given(self, kind: str) -> Account:
        drivers = self._drivers.target.drivers
        fixed = drivers.visitor.accounts.get(kind)
        role = drivers.http.users.get(NO_INSI)
        if fixed is None and kind == PROFESSIONAL and role is not None:
            fixed = FixedAccount(user=role.user, secret=role.secret)
        if fixed is None:
            raise CapabilityMissing(
                f"la cible ne permet pas de créer un compte ({kind}) : ajoutez "
                f"capabilities.people, ou un compte d'essai, drivers.visitor.accounts.{kind}"
            )
        return Account(
            kind=kind,
            id="",
            login=fixed.user,
            password=Password(fixed.secret),
            email=f"essai.{kind}@banc.example.org",
            phone=_phone(fixed.user),
            factor=TOTP if fixed.totp_secret else "",
            totp=fixed.totp_secret,
            professional=self._known_as(fixed.national_id),
        )

    def _known_as(self, national_id: str) -> Professional | None:
        """Return the professional of a fixed account: the number is the vendor's, the rest ours."""
        if not national_id:
            return None
        return replace(self._cast.professional(FIRST), rpps=national_id[1:])

    @staticmethod
    def _required(opened: Opened, whose: str) -> str:
        if not opened.accepted:
            said = AttemptReleve.parse(opened.releve).message or "sans motif"
            raise Inconclusive(f"la création préalable du compte {whose} a été refusée : {said}")
        return opened.id


def _as(act: Act, artefact: Artefact) -> Artefact:
    """Return an attempt under the name by which the rules know its act."""
    releve = replace(AttemptReleve.parse(artefact), act=act)
    return releve.artefact(artefact.name, artefact.origin, artefact.exchange)


def _phone(seed: str) -> str:
    """Return a number of the range kept for fiction (06 39 98 …), always the same for a seed."""
    digits = sum(ord(char) * 31**index for index, char in enumerate(seed)) % 10_000
    return f"+3363998{digits:04}"
