"""What a documentation says: the files that it names, the data that it lists and their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import PurePosixPath

from harness.validators.export.formats import ExportFile
from harness.validators.export.persons import index
from harness.validators.export.reader import Export, Guide, word_lists
from harness.validators.screen.reader import plain

_URL = re.compile(r"\b[a-z][a-z+.\-]*://\S+", re.IGNORECASE)
_SUFFIXES = (
    "json|ndjson|jsonl|csv|tsv|xml|txt|md|html?|pdf|docx?|xlsx?|odt|ods|png|jpe?g|tiff?|dcm|sql|er7"
)
_FILE = re.compile(
    rf"(?<![\w@])([\w\-./\\*{{}}<>]*[\w*}}>]\.(?:{_SUFFIXES}))(?![\w/])", re.IGNORECASE
)
_WILD = re.compile(r"<[^<>]*>|\{[^{}]*\}|\*|(?<![A-Za-z0-9])[A-Z][A-Z0-9]+(?![a-z0-9])")
_WORD = re.compile(r"[A-Za-z_][\w\-]*")
_MAX_NAMES = 2_000


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that the documentation names. `literal` is False for a form such as `<IPP>.pdf`."""

    written: str
    literal: bool

    def fits(self, path: PurePosixPath) -> bool:
        """Tell whether it names this file, by its path or by its name alone."""
        pattern = _pattern(self.written)
        return bool(pattern.fullmatch(str(path)) or pattern.fullmatch(path.name))


@lru_cache(maxsize=4096)
def _pattern(written: str) -> re.Pattern[str]:
    parts, last = [], 0
    for wild in _WILD.finditer(written):
        parts += [re.escape(written[last : wild.start()]), rf"(?:{re.escape(wild.group())}|[^/]+)"]
        last = wild.end()
    return re.compile("".join([*parts, re.escape(written[last:])]), re.IGNORECASE)


def named_files(guide: Guide) -> tuple[NamedFile, ...]:
    """Return each file that the documentation names. Call it by `guide.view(named_files)`."""
    found = {
        match.group(1).replace("\\", "/").removeprefix("./").lstrip("/")
        for match in _FILE.finditer(_URL.sub(" ", guide.text))
    }
    return tuple(NamedFile(one, not _WILD.search(one)) for one in sorted(found)[:_MAX_NAMES])


def names_file(guide: Guide, export: Export, file: ExportFile) -> bool:
    """Tell whether the documentation names a file: itself, by a form, or by its folder."""
    path = export.paths[file.name]
    if any(one.fits(path) for one in guide.view(named_files)):
        return True
    text = guide.text.replace("\\", "/")
    folders = (str(one) for one in path.parents if str(one) != ".")
    return any(re.search(rf"(?<![\w]){re.escape(one)}/", text, re.IGNORECASE) for one in folders)


def names_format(guide: Guide, word: str) -> bool:
    """Tell whether the documentation names a format."""
    said = f" {plain(guide.text)} "
    # A suffix says the format too: .json, .csv.
    return any(f" {one} " in said for one in word_lists()["format"].get(word, ()))


def says_access(guide: Guide) -> bool:
    """Tell whether the documentation says how the export is obtained."""
    said = plain(guide.text)
    return any(re.search(rf"\b{word}", said) for word in word_lists()["access"])


@cache
def _datum(trait: str) -> re.Pattern[str]:
    return re.compile("|".join(word_lists()["datum"][trait]))


def lines_on(guide: Guide, trait: str) -> Iterator[str]:
    """Yield what stands around each mention of a datum: the rest of its line, and the next line.

    The next line is left when it speaks of a datum itself: it is another row.
    """
    lines = guide.lines
    for rank, line in enumerate(lines):
        said = plain(line)
        if _datum(trait).search(said):
            following = lines[rank + 1] if rank + 1 < len(lines) else ""
            if any(_datum(one).search(plain(following)) for one in word_lists()["datum"]):
                following = ""
            yield f"{_without(line, said, trait)}\n{following}"


def _without(line: str, said: str, trait: str) -> str:
    """Return a line without the words that name the datum, unless they are in a place themselves.

    What follows the first separator of a table or a list is kept whole.
    """
    head, sign, rest = re.match(r"([^\w]*[^|:;=→]*)([|:;=→]?)(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr]
    return rest if sign and _datum(trait).search(plain(head)) else _datum(trait).sub(" ", said)


def tells_a_place(around: str, export: Export) -> bool:
    """Tell whether a text names a file, a key or a resource of the export, or a kind of place."""
    known = export.view(_names)
    said = plain(around)
    if any(re.search(rf"\b{word}s?\b", said) for word in word_lists()["place"]):
        return True
    return any(word.casefold() in known for word in _WORD.findall(around))


def _names(export: Export) -> frozenset[str]:
    """Return the names of an export: files, keys, resource types, ends of the URLs it writes."""
    found: set[str] = set()
    for path in export.paths.values():
        found |= {path.name.casefold(), path.stem.casefold()}
    built = export.view(index)
    for leaf in built.leaves:
        found |= {
            leaf.key.casefold(),
            leaf.node.path.rpartition(".")[2].partition("[")[0].casefold(),
        }
        if leaf.key == "resourceType" or "://" in leaf.value:
            found.add(leaf.value.rpartition("/")[2].casefold())
    return frozenset(found - {""})


def expected_data(traits: Mapping[str, str]) -> tuple[str, ...]:
    """Return the data that the documentation must list: those entered, in their order."""
    return tuple(trait for trait in word_lists()["datum"] if traits.get(trait))
