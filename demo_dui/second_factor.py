"""Second factors: TOTP, code by mail, code by SMS; enrolment, recovery codes, loss (IEU 9.1)."""

from __future__ import annotations

import pyotp

from demo_dui import credentials, faults
from demo_dui.clock import Clock
from demo_dui.people import People, Person
from demo_dui.sent_codes import SentCodes
from demo_dui.sessions import MAIL, RECOVERY_CODE, SMS, TOTP, Session
from demo_dui.store import Store

KINDS = {
    TOTP: "Application d'authentification (TOTP)",
    MAIL: "Code par courriel",
    SMS: "Code par SMS",
}
PERIOD = 30
TRIES = 5
"""Wrong codes after which the account is locked."""
RECOVERY_CODES = 8
ASKED, ENROLLED = "second facteur", "enrôlement"


class SecondFactors:
    """Asks for the second factor and checks it; enrols a new one on proof of possession."""

    def __init__(self, store: Store, people: People, codes: SentCodes, clock: Clock) -> None:
        self._db = store.db
        self._people = people
        self._codes = codes
        self._clock = clock

    # Sign-in

    async def ask(self, session: Session, person: Person) -> None:
        """Send the code of this sign-in, when the factor is a sent one; ContactError."""
        if person.factor == MAIL:
            await self._codes.send(session, ASKED, MAIL, person.email)
        elif person.factor == SMS:
            await self._codes.send(session, ASKED, SMS, person.phone)

    def is_right(self, session: Session, person: Person, code: str) -> bool:
        """Check the code of a sign-in; a right one is spent."""
        if faults.active("second-facteur-code-faux-accepte"):
            return len(code) == 6 and code.isdecimal()
        if person.factor == TOTP:
            return self._spend_step(person.login, self._secrets(person), code)
        proved = self._codes.spend(session, ASKED, code)
        if proved is not None:
            self._prove_contact(person, proved)
        return proved is not None

    def _prove_contact(self, person: Person, address: str) -> None:
        """A code that came back proves the address it was sent to."""
        if person.factor == MAIL and address == person.email:
            self._people.change(person.login, email_verified=True)
        if person.factor == SMS and address == person.phone:
            self._people.change(person.login, phone_verified=True)

    def _secrets(self, person: Person) -> list[str]:
        secrets = person.factor_secret.split()
        if faults.active("second-facteur-code-d-autrui"):
            rows = self._db.execute("SELECT factor_secret FROM person WHERE factor = 'totp'")
            secrets += [secret for row in rows for secret in row[0].split()]
        return secrets

    def _spend_step(self, login: str, secrets: list[str], code: str) -> bool:
        """Accept a TOTP code of the present period or of a neighbour, each period once."""
        present = int(self._clock.now()) // PERIOD
        oldest = 30 if faults.active("second-facteur-code-perime") else 1
        for secret in secrets:
            totp = pyotp.TOTP(secret)
            for step in range(present - oldest, present + 2):
                if credentials.same(code, totp.generate_otp(step)):
                    return self._is_first_use(f"{login} {credentials.fingerprint(secret)}", step)
        return False

    def _is_first_use(self, device: str, step: int) -> bool:
        sql = "INSERT OR IGNORE INTO used_step (device, step) VALUES (?, ?)"
        first = self._db.execute(sql, (device, step)).rowcount == 1
        return first or faults.active("second-facteur-code-rejoue")

    # Enrolment

    async def start(self, session: Session, person: Person, kind: str) -> str:
        """Begin the enrolment of a factor; gives the key to type in the application, for TOTP.

        For a sent factor the code leaves for the person's address; ContactError.
        """
        secret = pyotp.random_base32() if kind == TOTP else ""
        if kind != TOTP:
            to = person.email if kind == MAIL else person.phone
            await self._codes.send(session, ENROLLED, kind, to)
        session.kept["factor"] = (kind, secret)
        return secret

    def activate(self, session: Session, person: Person, code: str) -> list[str] | None:
        """End an enrolment on a right code; the recovery codes, or None for a wrong code."""
        kind, secret = session.kept["factor"]
        if kind == TOTP:
            proved = self._spend_step(person.login, [secret], code)
        else:
            proved = self._codes.spend(session, ENROLLED, code) is not None
        if not proved and not faults.active("second-facteur-enrolement-sans-preuve"):
            return None
        del session.kept["factor"]
        if faults.active("second-facteur-ancien-appareil-vivant"):
            secret = f"{secret} {person.factor_secret}".strip()
        if RECOVERY_CODE in session.means and faults.active("second-facteur-nouveau-perdu"):
            secret = pyotp.random_base32()
        self.record(person, kind, secret, proved=True)
        return self.new_recovery_codes(person.login)

    def record(self, person: Person, kind: str, secret: str, *, proved: bool) -> Person:
        """Make a factor the one of a person, in place of any other; `proved`: its code came."""
        return self._people.change(
            person.login,
            factor=kind,
            factor_secret=secret,
            factor_at=self._clock.now(),
            email_verified=person.email_verified or (proved and kind == MAIL),
            phone_verified=person.phone_verified or (proved and kind == SMS),
            revoked=tuple(means for means in person.revoked if means not in KINDS),
        )

    # Loss

    def new_recovery_codes(self, login: str) -> list[str]:
        """Draw the recovery codes of a person; those of before are dead."""
        self._db.execute("DELETE FROM recovery_code WHERE login = ?", (login,))
        codes = [credentials.recovery_code() for _ in range(RECOVERY_CODES)]
        self._db.executemany(
            "INSERT INTO recovery_code (login, fingerprint) VALUES (?, ?)",
            [(login, credentials.fingerprint(code)) for code in codes],
        )
        return codes

    def spend_recovery_code(self, login: str, typed: str) -> bool:
        """Use a recovery code: True once."""
        code = credentials.fingerprint(credentials.normalized_recovery_code(typed))
        unused = (
            "TRUE" if faults.active("second-facteur-secours-reutilisable") else "used_at IS NULL"
        )
        sql = (
            f"UPDATE recovery_code SET used_at = ? WHERE login = ? AND fingerprint = ? AND {unused}"
        )
        return self._db.execute(sql, (self._clock.now(), login, code)).rowcount == 1

    def lose(self, person: Person) -> Person:
        """Declare a device lost: it opens nothing any more, a new one must be enrolled."""
        if faults.active("second-facteur-ancien-appareil-vivant"):
            return person
        return self._people.change(person.login, factor="", factor_secret="")
