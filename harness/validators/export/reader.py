"""Read an export once for every rule: its files, and the documentation that explains them.

Roles: `subject` (the export: a ZIP, or one file alone), `documentation` (when it is not inside),
`holder` (an identity that the software holds). Expected values: `persons`, `entered`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TypeVar

from harness.model.artefact import Artefact
from harness.model.check import SUBJECT, Check
from harness.model.identity import TEN_FIELDS
from harness.model.problems import Unreadable
from harness.validators.export.archive import Member, is_zip, read_members
from harness.validators.export.formats import ExportFile, read_file
from harness.validators.screen.reader import plain

T = TypeVar("T")
LISTS = ("export",)
"""Code lists that the rules of this format read."""
_EXPLAINS = frozenset({"texte", "HTML", "PDF", "bureautique"})
_GUIDE_PAGES = 200
_TAG = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^<>]+>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Viewed:
    """What rules look at in several ways, each worked out once."""

    _views: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def view(self, build: Callable[[Any], T]) -> T:
        """Return `build(self)`, computed once."""
        if build not in self._views:
            self._views[build] = build(self)
        value: T = self._views[build]
        return value


@dataclass(frozen=True)
class Export(Viewed):
    """An export. `bare` is True for one file alone, whose name is not the software's."""

    name: str
    files: tuple[ExportFile, ...]
    bare: bool = False

    @cached_property
    def paths(self) -> Mapping[str, PurePosixPath]:
        """Return the path of each file by its name, without the folder that holds them all."""
        paths = {one.name: PurePosixPath(one.name.replace("\\", "/")) for one in self.files}
        tops = {path.parts[:1] for path in paths.values()}
        if len(tops) > 1 or not all(len(path.parts) > 1 for path in paths.values()):
            return paths
        return {name: PurePosixPath(*path.parts[1:]) for name, path in paths.items()}

    @cached_property
    def guides(self) -> tuple[ExportFile, ...]:
        """Return the files that document the export."""
        return () if self.bare else tuple(one for one in self.files if _documents(self, one))


@dataclass(frozen=True)
class Guide(Viewed):
    """What documents an export: the files that do, and what they say together."""

    files: tuple[ExportFile, ...]

    @cached_property
    def text(self) -> str:
        """Return the text of the documentation. Raises `Unreadable` when it cannot be read."""
        return "\n".join(_guide_text(one) for one in self.files)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Return the lines of the text that are not blank."""
        return tuple(line for line in self.text.splitlines() if line.strip())


class Expected(NamedTuple):
    """A person that was entered: local identifier and the traits that the export must hold."""

    private_id: str
    traits: Mapping[str, str]

    @property
    def named(self) -> str:
        """Return how a finding names the person."""
        return f"patient {self.private_id or self.traits.get('birth_name', '?')}"

    def as_json(self) -> dict[str, Any]:
        """Return the form that `dossier_of` reads."""
        return {"private_id": self.private_id, "traits": dict(self.traits)}


@cache
def word_lists() -> Mapping[str, Any]:
    """Return the words that the rules look for (`harness/terminology/export.toml`)."""
    path = Path(__file__).parents[2] / "terminology" / "export.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read_export(artefact: Artefact) -> Export:
    """Read an export. Raises `Unreadable` when the archive as a whole cannot be opened."""
    name, content = artefact.name, artefact.content
    if not content.strip():
        raise Unreadable(f"{name} : export vide")
    if is_zip(content):
        members = read_members(content, name)
        if not members:
            raise Unreadable(f"{name} : archive ZIP sans aucun fichier")
        return Export(name, tuple(map(read_file, members)))
    return Export(name, (read_file(Member("", content)),), bare=True)


def export_of(check: Check) -> Export | None:
    """Return the export under judgement. Raises what `read_export` raises."""
    return _once(check.read(_export_or_problem, SUBJECT))


def guide_of(check: Check) -> Guide | None:
    """Return the documentation: the one handed apart and those of the export; None without any."""
    export = export_of(check)
    apart = _once(check.read(_export_or_problem, "documentation"))
    if export is None:
        return None
    files = (*(apart.files if apart else ()), *export.guides)
    # One guide a set of files: its text is worked out once for all the rules.
    key = tuple(map(id, files))
    return export._views.setdefault(key, Guide(files)) if files else None


def persons(check: Check) -> Iterator[Expected]:
    """Yield each person of the expected value `persons`."""
    given = check.expected.get("persons")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, Mapping):
            traits = one.get("traits")
            held = traits.items() if isinstance(traits, Mapping) else ()
            yield Expected(
                str(one.get("private_id") or ""),
                {str(k): str(v) for k, v in held if v and str(k) in TEN_FIELDS},
            )


def _documents(export: Export, file: ExportFile) -> bool:
    if file.format not in _EXPLAINS or file.problem:
        return False
    path = export.paths[file.name]
    where = path.parent.parts[:1] or (path.stem,)
    name = f" {plain(where[0])} "
    return any(f" {word} " in name for word in word_lists()["documentation"])


def _export_or_problem(artefact: Artefact) -> Export | Unreadable:
    """Return the export, or why it cannot be read: opening it is not to be tried by rule."""
    try:
        return read_export(artefact)
    except Unreadable as problem:
        return problem


def _once(found: Export | Unreadable | None) -> Export | None:
    if isinstance(found, Unreadable):
        raise found
    return found


def _guide_text(file: ExportFile) -> str:
    if file.format == "PDF":
        from harness.validators.datamatrix.reader import page_texts

        name = file.name or "documentation"
        pages = page_texts(Artefact(name, file.content, "application/pdf"), _GUIDE_PAGES)
        return "\n".join(pages)
    if file.format == "bureautique":
        raise Unreadable(
            f"{file.name or 'documentation'} : document bureautique, dont le banc ne lit pas le "
            "texte ; donnez-le en PDF, en texte ou en HTML"
        )
    return _TAG.sub(" ", file.text) if file.format == "HTML" else file.text
