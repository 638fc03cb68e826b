"""The persons that the simulator knows, and how a search finds them (INSI-03, INSI-04, INSI-07)."""

from __future__ import annotations

import re
import unicodedata

from harness.model.identity import Person
from harness.model.problems import HarnessFault
from harness.simulators.insi.layout import FOUND, NOT_FOUND, SEVERAL, Operation
from harness.simulators.insi.messages import Individual, Reply
from harness.simulators.insi.reader import RequestTraits
from harness.validators.ins.matricule import parse_matricule

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONG_ENOUGH_TO_GUESS = 8
"""Letters from which a name cut short still tells whose it was."""


class Registry:
    """The known persons, by birth name. Not safe across threads: its owner locks."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Person]] = {}

    def add(self, person: Person) -> None:
        """Know a person; the same key or matricule replaces the former entry.

        Raises `HarnessFault` for a person without a matricule of 15 characters.
        """
        if parse_matricule(person.matricule) is None:
            raise HarnessFault(
                f"{person.key} : INSi ne peut connaître que des personnes avec un matricule de "
                f"15 caractères (reçu « {person.matricule[:4]}… », {len(person.matricule)})"
            )
        self.remove(person)
        self._by_name.setdefault(person.birth_name, []).append(person)

    def remove(self, person: Person) -> None:
        """Forget a person, known or not."""
        for name, persons in tuple(self._by_name.items()):
            left = [
                one
                for one in persons
                if one.key != person.key and one.matricule != person.matricule
            ]
            if left:
                self._by_name[name] = left
            else:
                del self._by_name[name]

    def reply(self, operation: Operation, sent: RequestTraits) -> Reply:
        """Return the answer to a request that was understood."""
        if operation is Operation.VERIFICATION:
            code = FOUND if self._verified(sent) else NOT_FOUND
            return Reply(operation, code)
        found = self.search(sent)
        if operation is Operation.CARD:
            found = [
                one for one in found if one.card_serial and one.card_serial == sent.card_serial
            ]
        if len(found) == 1:
            return Reply(operation, FOUND, Individual.of(found[0]))
        return Reply(operation, SEVERAL if found else NOT_FOUND)

    def search(self, sent: RequestTraits) -> list[Person]:
        """Return the persons that the traits designate.

        Birth name, sex and date must be equal, and one given name sent must be among the
        person's. A place that is sent must be equal too. When several remain, those who bear
        every given name sent are kept, if there are any.
        """
        given = set(sent.birth_given_names)
        found = [
            one
            for one in self._by_name.get(sent.birth_name, ())
            if one.sex == sent.sex
            and one.birth_date == sent.birth_date
            and given.intersection(one.birth_given_names)
            and sent.birth_place_code in ("", one.birth_place_code)
        ]
        if len(found) > 1:
            closer = [one for one in found if given.issubset(one.birth_given_names)]
            return closer or found
        return found

    def _verified(self, sent: RequestTraits) -> bool:
        return any(
            one.matricule == sent.matricule and one.oid == sent.oid for one in self.search(sent)
        )


def concerns(sent: RequestTraits, person: Person) -> bool:
    """Say whether a request is about a person, even when it sends one of the traits wrongly.

    A matricule decides alone. Else the names must agree (accents, case, signs and a cut left
    aside), and neither a readable sex, a readable date nor the first given name may contradict.
    """
    if sent.matricule and person.matricule:
        return sent.matricule == person.matricule
    if not _same_name(sent.birth_name, person.birth_name):
        return False
    if sent.sex in ("M", "F") and sent.sex != person.sex:
        return False
    if _ISO_DATE.fullmatch(sent.birth_date) and sent.birth_date != person.birth_date:
        return False
    given = " ".join(sent.birth_given_names).split()
    if given and person.birth_given_names:
        # The first one sent decides: twins may share the others.
        return any(_same_name(given[0], own) for own in person.birth_given_names)
    return True


def _same_name(one: str, other: str) -> bool:
    one, other = _letters(one), _letters(other)
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= _LONG_ENOUGH_TO_GUESS and long.startswith(short)


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).upper()
    return "".join(sign for sign in plain if "A" <= sign <= "Z")
