"""What can go wrong with the catalogue: its own tables, or an id that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from harness.model.problems import ConfigurationProblem, HarnessFault


class CatalogueError(HarnessFault):
    """A table of the catalogue is wrong: the message names the file and the key."""

    def __init__(self, file: str, key: str, wrong: str) -> None:
        super().__init__(f"catalogue, fichier {file}, clé {key} : {wrong}")
        self.file = file
        self.key = key


class UnknownId(ConfigurationProblem, KeyError):
    """An id that the catalogue does not hold; `near` are the ids that look like it."""

    def __init__(self, wanted: str, known: Iterable[str], kind: str = "") -> None:
        near = difflib.get_close_matches(wanted, list(known), n=3, cutoff=0.6)
        hint = f"Vouliez-vous dire : {', '.join(near)} ?" if near else ""
        advice = hint or "La liste complète : ./banc coverage."
        what = f"Identifiant ({kind})" if kind else "Identifiant"
        super().__init__(f"{what} inconnu du catalogue : « {wanted} ». {advice}")
        self.wanted = wanted
        self.near = tuple(near)

    def __str__(self) -> str:
        # KeyError would print the repr of the message, with quotes and escapes.
        return str(self.args[0])
