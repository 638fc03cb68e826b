"""The desk of the Annuaire Santé: whom it knows, what it changes, and what the software takes.

The clocks of the Annuaire and of the software go together: what is served stays of its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.cast import Cast
from harness.cast_professionals import luhn_digit
from harness.model.access import ProfessionalReleve
from harness.model.artefact import Artefact
from harness.model.problems import Inconclusive
from harness.model.professional import Professional
from harness.model.releve import AttemptReleve, CallSeen, CallsReleve
from harness.targets.access_base import ProfessionalAccess

if TYPE_CHECKING:
    from harness.acting_secrets import Passwords, TargetHours
    from harness.simulators.annuaire import AnnuaireCall, AnnuaireSimulator
    from harness.targets.access_base import DirectoryState, Opened
    from harness.targets.base import Attempt
    from harness.targets.drivers import Drivers

ACCOUNT, CORRESPONDENT = "compte", "correspondant"
DAY = 86_400
USUAL_DAYS = 7
"""The frequency that a scenario leaves behind it."""
CARE = "soignant"
ADDED = "ROY"
"""What a change of the Annuaire adds to an exercise name."""
HOMONYMS = 60
"""More than a page of the Annuaire (50)."""
LOCAL: Mapping[str, str] = {"service": "Unité des Tilleuls", "speciality": "Équipe mobile"}
"""Local data to type beside those of the Annuaire; one bears the name of an attribute of it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A professional as the Annuaire means them, and the record that the software was asked for."""

    kind: str
    """`compte` or `correspondant`."""
    professional: Professional
    opened: Opened

    @property
    def attempt(self) -> Artefact:
        """Return the `AttemptReleve` of the creation."""
        return self.opened.releve


class DirectoryDesk:
    """The Annuaire Santé, simulated, and the records that the software makes of it."""

    def __init__(
        self,
        drivers: Drivers,
        annuaire: AnnuaireSimulator,
        cast: Cast,
        passwords: Passwords,
        hours: TargetHours,
    ) -> None:
        self._drivers = drivers
        self._annuaire = annuaire
        self._cast = cast
        self._passwords = passwords
        self._hours = hours
        self._known: dict[str, Professional] = {}

    # -- the Annuaire -------------------------------------------------------------------------

    def knows(self, *keys: str) -> None:
        """Have the Annuaire know the professionals of these templates."""
        for key in keys:
            if key not in self._known:
                self._known[key] = self._cast.professional(key)
                self._annuaire.knows(self._known[key])

    def knows_homonyms(self, key: str, count: int = HOMONYMS) -> tuple[Professional, ...]:
        """Have the Annuaire know as many professionals of one name, each with a mailbox."""
        one = self._cast.professional(key)
        people = tuple(_homonym(one, number) for number in range(count))
        self._annuaire.knows(*people)
        return people

    def renames(self, held: Held) -> Held:
        """Have the Annuaire change the exercise name and the mailbox of a professional."""
        who = held.professional
        changed = replace(
            who, exercise_name=f"{who.exercise_name}-{ADDED}", mailboxes=(f"n.{who.mailboxes[0]}",)
        )
        self._known[who.key] = changed
        self._annuaire.changes(changed)
        return replace(held, professional=changed)

    @contextmanager
    def failing(self, fault: str) -> Iterator[None]:
        """Have the Annuaire answer everybody by a named fault while the block runs."""
        self._annuaire.fails_with(fault)
        try:
            yield
        finally:
            self._annuaire.works()

    def later(self, days: float) -> None:
        """Let days pass, at the software and at the Annuaire alike."""
        if self._hours.offered:
            self._annuaire.clock.advance(days * DAY)
        self._hours.later(days * DAY)

    def restore(self) -> None:
        """Take faults away and put the clock of the Annuaire back."""
        self._annuaire.works()
        self._annuaire.clock.reset()

    # -- the software -------------------------------------------------------------------------

    def refresh(self, way: str) -> DirectoryState:
        """Have the software load its data again: `api` or `extraction`.

        Raises `Inconclusive` when it refuses.
        """
        state = self._drivers.directory.refresh(way)
        if not state.accepted:
            said = AttemptReleve.parse(state.releve).message or "sans motif"
            raise Inconclusive(f"la mise à jour depuis l'Annuaire ({way}) a été refusée : {said}")
        return state

    def account(self, key: str, *, local: Mapping[str, str] | None = None) -> Held:
        """Ask for the account of a professional, whatever the software answers."""
        self.knows(key)
        return self._account(self._known[key], local)

    def unknown_account(self, key: str) -> Held:
        """Ask for the account of a professional of whom the Annuaire was never told."""
        return self._account(self._cast.professional(key), None)

    def correspondent(self, key: str, *, local: Mapping[str, str] | None = None) -> Held:
        """Ask for the record of a correspondant, whatever the software answers."""
        self.knows(key)
        who = self._known[key]
        opened = self._drivers.directory.create_correspondent(who.national_id, local)
        return Held(CORRESPONDENT, who, opened)

    def record(self, held: Held) -> Artefact:
        """Return what the software holds of somebody (`ProfessionalReleve`).

        Raises `Inconclusive` when the creation was refused.
        """
        if not held.opened.accepted:
            said = AttemptReleve.parse(held.attempt).message or "sans motif"
            raise Inconclusive(f"la création préalable ({held.kind}) a été refusée : {said}")
        if held.kind == CORRESPONDENT:
            return self._drivers.directory.correspondent(held.opened.id)
        return self._drivers.people.professional(held.opened.id)

    def refresh_account(self, held: Held) -> Attempt:
        """Have the software take the data of one account again."""
        return self._drivers.people.refresh_professional(held.opened.id)

    def mailboxes(self, professional: Professional) -> Artefact:
        """Search MSSanté addresses by the name of a professional, and return what was found."""
        found = self._drivers.directory.mailboxes(professional.exercise_name)
        addresses = tuple(one.address for one in found.found)
        releve = ProfessionalReleve(
            record_id=f"recherche « {professional.exercise_name} »", mailboxes=addresses
        )
        return releve.artefact("Adresses MSSanté trouvées", found.raw.origin, found.raw.exchange)

    @contextmanager
    def frequency(self, days: int) -> Iterator[None]:
        """Set how often data are taken again while the block runs, then a week.

        Raises `Inconclusive` when it is refused.
        """
        self._set_frequency(days)
        try:
            yield
        finally:
            self._set_frequency(USUAL_DAYS)

    def _set_frequency(self, days: int) -> None:
        attempt = self._drivers.security.directory_frequency(days)
        if not attempt.accepted:
            said = AttemptReleve.parse(attempt.releve).message or "sans motif"
            raise Inconclusive(f"le réglage de la fréquence a été refusé : {said}")

    # -- what reached the Annuaire ------------------------------------------------------------

    def mark(self) -> int:
        """Return a mark: what the Annuaire received so far is before it."""
        return self._annuaire.mark()

    def calls(self, since: int) -> Artefact:
        """Return the calls that the Annuaire answered rightly since a mark (`CallsReleve`)."""
        seen = tuple(entry for call in self._annuaire.calls_after(since) for entry in _seen(call))
        releve = CallsReleve("Annuaire Santé", seen)
        return releve.artefact("Appels reçus par l'Annuaire Santé", "simulateur de l'Annuaire")

    def exchanges(self, since: int) -> tuple[Artefact, ...]:
        """Return the requests and the answers of the calls since a mark, as they crossed."""
        found = self._annuaire.calls_after(since)
        return tuple(
            one for call in found for one in (call.request, call.answer) if one is not None
        )

    # -- what is expected ---------------------------------------------------------------------

    def expecting(self, held: Held, *changed: str, **more: Any) -> dict[str, Any]:
        """Return the expected values of the ANU rules about a record, at the software's hour."""
        who = held.professional
        return {
            "kind": held.kind,
            "professional": who.traits(),
            "labels": {"profession": who.profession_label, "speciality": who.speciality_label},
            "now": self.now,
            **({"changed": list(changed)} if changed else {}),
            **more,
        }

    @property
    def local(self) -> Mapping[str, str]:
        """Return local data to type beside those of the Annuaire."""
        return LOCAL

    @staticmethod
    def publishing(people: Iterable[Professional]) -> dict[str, Any]:
        """Return the expected values of ANU-05 for the mailboxes of several professionals."""
        return {"mailboxes": [address for one in people for address in one.mailboxes]}

    @property
    def now(self) -> str:
        """Return the instant at the software: ISO, UTC."""
        return datetime.fromtimestamp(self._hours.now, UTC).isoformat()

    def _account(self, who: Professional, local: Mapping[str, str] | None) -> Held:
        opened = self._drivers.people.create_professional(
            who,
            ProfessionalAccess(
                login=f"ps.{who.rpps}",
                email=f"ps.{who.rpps}@banc.example.org",
                profile=CARE,
                password=self._passwords.strong().text,
                local=local or {},
            ),
        )
        return Held(ACCOUNT, who, opened)


def _seen(call: AnnuaireCall) -> Iterator[CallSeen]:
    """Yield one entry for each identifier that was asked for; one without any for the others."""
    if not 200 <= call.status < 300 or call.fault:
        return
    asked = [
        part.rpartition("|")[2]
        for name, value in call.parameters.items()
        if name.partition(":")[0] == "identifier"
        for part in value.replace("&", ",").split(",")
    ]
    for identifier in asked or [""]:
        yield CallSeen(call.at.isoformat(), identifier, call.operation)


def _homonym(one: Professional, number: int) -> Professional:
    stem = f"{one.rpps[:7]}{(int(one.rpps[7:10]) + number) % 1000:03}"
    rpps = stem + luhn_digit(stem)
    local = "".join(char for char in one.exercise_name.lower() if char.isalpha())
    return replace(one, rpps=rpps, mailboxes=(f"{local}.{rpps[-5:]}@medecin.formation.mssante.fr",))
