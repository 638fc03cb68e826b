"""Passwords of persons: whether one is right, whether a new one is accepted, when it is due."""

from __future__ import annotations

from dataclasses import replace

from demo_dui import credentials, faults
from demo_dui.clock import Clock
from demo_dui.people import People, Person
from demo_dui.policy import Population, refusal
from demo_dui.rights import MANAGEMENT
from demo_dui.service import Dui
from demo_dui.sessions import PASSWORD, TOTP

DAY = 86400.0
REMEMBERED = 5
"""Passwords of before that an administrator may not take again."""


class Passwords:
    """Checks and changes passwords; users of the site have the secret of the operator at first."""

    def __init__(self, dui: Dui, people: People, clock: Clock, site_password: str) -> None:
        self._dui = dui
        self._db = dui.store.db
        self._people = people
        self._clock = clock
        self._site_password = site_password

    def is_right(self, person: Person | None, password: str) -> bool:
        """Tell whether a password opens an account; unknown and revoked cost the same time."""
        if person is None or (not person.password and not person.is_of_the_site):
            credentials.matches(password, credentials.DECOY)
            return False
        revoked = PASSWORD in person.revoked and not faults.active("revocation-mdp-sans-effet")
        if person.password:
            right = credentials.matches(password, person.password)
        else:
            right = credentials.same(password, self._site_password)
        if not right and faults.active("renouvellement-ancien-accepte"):
            right = self._was(person, password)
        return right and not revoked

    def population(self, person: Person) -> Population:
        """Which policy protects an account."""
        if person.is_patient:
            return Population.PATIENT
        privileged = self._dui.rights.has(person.login, MANAGEMENT)
        return Population.PRIVILEGED if privileged else Population.PROFESSIONAL

    def problem(self, password: str, population: Population) -> str:
        """Why a password may not protect an account of this population; '' when it may."""
        length = self._dui.store.parameters.read("privileged_password_length")
        return refusal(password, population, int(length))

    def problem_of_new(self, person: Person, password: str) -> str:
        """Why a person may not take a new password; '' when they may."""
        population = self.population(person)
        weak = self.problem(password, population)
        if weak:
            return weak
        if password == person.login:
            return "Mot de passe refusé : il répète l'identifiant. Choisissez-en un autre."
        if population is Population.PRIVILEGED and faults.active("mdp-privilegie-reemploi"):
            return ""
        known = person.password or person.is_of_the_site
        if known and self.is_right(replace(person, revoked=()), password):
            return "Mot de passe refusé : c'est celui d'aujourd'hui. Choisissez-en un autre."
        if population is Population.PRIVILEGED and self._was(person, password):
            return f"Mot de passe refusé : c'est l'un des {REMEMBERED} derniers. Changez-en."
        return ""

    def _was(self, person: Person, password: str) -> bool:
        sql = "SELECT password FROM past_password WHERE login = ? ORDER BY seq DESC LIMIT ?"
        rows = self._db.execute(sql, (person.login, REMEMBERED)).fetchall()
        if person.is_of_the_site and credentials.same(password, self._site_password):
            return True
        return any(credentials.matches(password, row[0]) for row in rows)

    def record(self, person: Person, password: str) -> Person:
        """Give a person a new password, already accepted; it lifts a revocation of passwords."""
        kept = credentials.hashed(password)
        if person.password:
            sql = "INSERT INTO past_password (login, password) VALUES (?, ?)"
            self._db.execute(sql, (person.login, person.password))
        if faults.active("renouvellement-nouveau-perdu") and person.password:
            kept = person.password
        stale = bool(person.password) and faults.active("renouvellement-en-boucle")
        changed = replace(
            person,
            password=kept,
            password_at=person.password_at if stale else self._clock.now(),
            password_privileged=self.population(person) is Population.PRIVILEGED,
            revoked=tuple(means for means in person.revoked if means != PASSWORD),
        )
        return self._people.save(changed)

    def due(self, person: Person) -> str:
        """The means that must be renewed before anything opens (IEPS 6, IEU 5), or ''."""
        if faults.active("renouvellement-impose-absent"):
            return ""
        if person.password and self._password_is_due(person):
            return PASSWORD
        days = self._dui.store.parameters.read("renewal_days")
        aged = self._clock.now() - person.factor_at > days[TOTP] * DAY
        return TOTP if person.factor == TOTP and aged else ""

    def _password_is_due(self, person: Person) -> bool:
        population = self.population(person)
        if population is Population.PRIVILEGED and not person.password_privileged:
            return True
        kind = Population.PATIENT if person.is_patient else Population.PROFESSIONAL
        days = int(self._dui.store.parameters.read("renewal_days")[f"{PASSWORD}-{kind}"])
        return self._clock.now() - person.password_at > days * DAY
