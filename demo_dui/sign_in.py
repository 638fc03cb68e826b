"""Coming in: first factor, second factor, lock-out, and what must still be done before opening."""

from __future__ import annotations

from dataclasses import dataclass

from demo_dui import faults
from demo_dui.identity import matricule_is_right
from demo_dui.lockout import CODE, Lockouts
from demo_dui.lockout import PASSWORD as PASSWORD_FAILURE
from demo_dui.passwords import Passwords
from demo_dui.people import People, Person
from demo_dui.policy import Population
from demo_dui.second_factor import TRIES, SecondFactors
from demo_dui.service import Dui
from demo_dui.sessions import (
    ENROLMENT,
    OPEN,
    PASSWORD,
    RENEWAL,
    SECOND_FACTOR,
    Session,
)

MOST_PRIVILEGED_TRIES = 10
UNKNOWN = "Connexion refusée : identifiant ou mot de passe inconnu."
LOCKED = "Compte bloqué après trop d'échecs : réessayez plus tard, ou contactez l'administrateur."
REVOKED_FACTOR = (
    "Connexion refusée : votre second facteur est révoqué. Remplacez-le par un code de secours "
    "(« Appareil perdu »), ou demandez une nouvelle activation."
)
WRONG_CODE = "Code refusé : il est faux, trop ancien ou déjà utilisé."


@dataclass(frozen=True, slots=True)
class Denied:
    """A refused attempt: HTTP status and French text."""

    status: int
    text: str


def _shown(identifier: str) -> str:
    """What was typed, as traces tell it: a matricule is shortened."""
    if not matricule_is_right(identifier.replace(" ", "")):
        return identifier
    return f"{identifier[:4]}…{identifier[-2:]}"


class SignIn:
    """The rules of coming in, shared by the form, HTTP Basic and the self-service doors."""

    def __init__(
        self,
        dui: Dui,
        people: People,
        passwords: Passwords,
        factors: SecondFactors,
        lockouts: Lockouts,
    ) -> None:
        self._store = dui.store
        self._people = people
        self._passwords = passwords
        self._factors = factors
        self._lockouts = lockouts

    # First factor

    def first_factor(self, identifier: str, password: str, origin: str = "") -> Person | Denied:
        """Check an identifier and its password; a failure is counted and traced."""
        person = self._named(identifier)
        login = person.login if person else identifier[:64] or "inconnu"
        right = self._passwords.is_right(person, password)
        if self._lockouts.is_locked(login) and not (
            right and faults.active("blocage-laisse-bon-secret")
        ):
            shown = _shown(login)
            self._store.log(shown, "connexion", None, "échec", f"{shown}, compte bloqué")
            return Denied(403, LOCKED)
        if person is None or not right:
            shown = _shown(login)
            told = f"{shown}, mot de passe{origin}"
            if faults.active("journal-mot-de-passe"):
                told += f" « {password} »"
            self._store.log(shown, "connexion", None, "échec", told)
            return self._failed(login, person)
        return person

    def _named(self, identifier: str) -> Person | None:
        if faults.active("matricule-refuse"):
            return self._people.find(identifier)
        return self._people.named(identifier)

    def _failed(self, login: str, person: Person | None) -> Denied:
        read = self._store.parameters.read
        limit = int(read("lock_after"))
        if person and self._passwords.population(person) is Population.PRIVILEGED:
            limit = min(limit, MOST_PRIVILEGED_TRIES)
        if self._lockouts.fail(login, PASSWORD_FAILURE, limit, float(read("lock_seconds"))):
            shown = _shown(login)
            self._store.log(shown, "blocage de compte", None, "ok", f"{shown}, mot de passe")
            return Denied(403, LOCKED)
        return Denied(401, UNKNOWN)

    def problem_of_old(self, person: Person, password: str) -> str:
        """Why the password typed again by somebody signed in is refused, or ''; it is counted."""
        if self._passwords.is_right(person, password):
            return ""
        denied = self._failed(person.login, person)
        return denied.text if denied.status == 403 else "Mot de passe actuel refusé : il est faux."

    # What comes next

    def stage(self, person: Person, *, two_factors: bool = False) -> str | Denied:
        """What a person who proved the first factor (or both) must still do, or `OPEN`."""
        if not two_factors and not faults.active("second-facteur-jamais-demande"):
            if person.factor:
                revoked = person.factor in person.revoked
                if revoked and not faults.active("revocation-totp-sans-effet"):
                    return Denied(403, REVOKED_FACTOR)
                return SECOND_FACTOR
            if person.is_patient:
                return ENROLMENT
        return RENEWAL if self._passwords.due(person) else OPEN

    def opened(self, person: Person, means: tuple[str, ...]) -> None:
        """Note that somebody is in: failures are forgotten, the sign-in is traced."""
        self._lockouts.clear(person.login)
        told = f"{person.login}, {' + '.join(means)}"
        self._store.log(person.login, "connexion", None, "ok", told)

    # Second factor

    def second_factor(self, session: Session, person: Person, code: str) -> Denied | None:
        """Check the code of the second factor; None when it is right."""
        login, told = person.login, f"{person.login}, {person.factor}"
        locked = self._lockouts.is_locked(login)
        if not locked and self._factors.is_right(session, person, code.strip()):
            self._store.log(login, "second facteur", None, "ok", told)
            return None
        self._store.log(login, "second facteur", None, "échec", told)
        return Denied(403, LOCKED) if locked else self._wrong_code(login, told)

    def recovery_code(self, person: Person, typed: str) -> Denied | None:
        """Spend a recovery code; None when it is right. Wrong ones count as wrong codes do."""
        if self._factors.spend_recovery_code(person.login, typed):
            return None
        told = f"{person.login}, code de secours"
        self._store.log(person.login, "second facteur", None, "échec", told)
        return self._wrong_code(person.login, told)

    def _wrong_code(self, login: str, told: str) -> Denied:
        seconds = float(self._store.parameters.read("lock_seconds"))
        if self._lockouts.fail(login, CODE, TRIES, seconds):
            self._store.log(login, "blocage de compte", None, "ok", told)
            return Denied(403, LOCKED)
        return Denied(401, WRONG_CODE)

    # HTTP Basic

    def basic(self, login: str, password: str) -> Person | Denied:
        """The professional of HTTP Basic credentials, who owes nothing more than a password."""
        found = self.first_factor(login, password, ", HTTP Basic")
        if isinstance(found, Denied):
            return found
        if found.is_patient or self.stage(found) != OPEN:
            told = f"{found.login}, {PASSWORD} seul, HTTP Basic"
            self._store.log(found.login, "connexion", None, "échec", told)
            return Denied(401, "Ce compte s'ouvre par la page de connexion, pas par HTTP Basic.")
        self._lockouts.clear(found.login)
        return found
