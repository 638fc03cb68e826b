"""Find a person in an export, whatever its format: the record of the identity, and the dossier.

A person is known by the local identifier, else by birth name and birth date together. The record
is the object (FHIR Patient, JSON object, CSV row, XML element) that holds the traits; the dossier
adds what refers to it: by a FHIR reference, by a key such as `patient_id`, by a file's name.
Journals are left out: what a log repeats of a person is not the person's data.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.validators.export.archive import Member
from harness.validators.export.formats import DEPTH, ExportFile, read_file
from harness.validators.export.reader import Export, word_lists
from harness.validators.export.traits import agrees
from harness.validators.screen.reader import plain

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPLIT = re.compile(r"[\s/|^#;:,&]+")
_OWN_KEYS = frozenset({"id", "ipp", "identifiant", "uuid", "identifier", "identifiants"})
_LINK_KEYS = frozenset(
    {"patient", "usager", "personne", "beneficiaire", "dossier", "ipp", "identite", "person"}
)
_ENOUGH = 3
"""Traits that an object must hold to be the record of a person."""
_LONG = 200
"""Characters beyond which a text is not searched for identifiers."""


@dataclass(slots=True, eq=False)
class Node:
    """An object of a file of data. `siblings` counts the objects of the list that it is in."""

    file: str
    path: str
    data: Mapping[str, Any]
    parent: Node | None = None
    siblings: int = 0

    @property
    def place(self) -> str:
        """Return where it is, for a reader: file and path."""
        return " · ".join(part for part in (self.file, self.path) if part)

    @property
    def kind(self) -> str:
        """Return the FHIR resource type, '' for another object."""
        found = self.data.get("resourceType")
        return found if isinstance(found, str) else ""

    def ancestors(self) -> Iterator[Node]:
        """Yield the object itself, then those that hold it, outwards."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text or a number of an object, with its key."""

    key: str
    value: str
    node: Node


@dataclass(slots=True)
class Index:
    """Every value of the files of data, journals apart, by value and by identifier inside it."""

    leaves: list[Leaf] = field(default_factory=list)
    by_value: dict[str, list[Leaf]] = field(default_factory=dict)
    roots: list[Node] = field(default_factory=list)

    def add(self, leaf: Leaf) -> None:
        """Add a value under itself and under each identifier-like part of it."""
        self.leaves.append(leaf)
        parts = {leaf.value}
        if len(leaf.value) <= _LONG:
            parts.update(_SPLIT.split(leaf.value))
        for part in parts:
            self.by_value.setdefault(part, []).append(leaf)


@dataclass(frozen=True, slots=True)
class PersonDossier:
    """What an export holds of one person."""

    records: tuple[Node, ...]
    """The objects that are the identity: FHIR Patients when there are some."""
    nodes: tuple[Node, ...]
    """Those, and the objects that refer to them."""

    def leaves(self) -> Iterator[Leaf]:
        """Yield every value of the dossier."""
        for node in self.nodes:
            yield from leaves_of(node)


def index(export: Export) -> Index:
    """Return the index of an export. Call it by `export.view(index)`."""
    built = Index()
    for file in export.files:
        if file.tree is not None and not _is_journal(file.name):
            _fill(built, file)
    return built


def leaves_of(node: Node) -> Iterator[Leaf]:
    """Yield every value inside an object."""
    for one in _walk(node):
        for key, value in one.data.items():
            yield from _own_leaves(one, key, value)


def dossier_of(export: Export, person: Mapping[str, Any]) -> PersonDossier | None:
    """Return the dossier of a person, None when no record bears the identity.

    `person` holds `private_id` and `traits` by field name.
    """
    known = export.view(index)
    private_id, traits = str(person.get("private_id") or ""), _traits(person)
    hits = known.by_value.get(private_id, []) if private_id else []
    hits = hits or _by_traits(known, traits)
    patients = [one for leaf in hits if (one := _resource(leaf.node)) and one.kind == "Patient"]
    generic = [_record(leaf.node, traits) for leaf in hits if _resource(leaf.node) is None]
    named = [root for root in known.roots if private_id and private_id in root.file]
    records = _unique(patients) or [
        one for one in _unique([*generic, *named]) if matched(one, traits)
    ]
    if not records:
        return None
    linked = _linked(known, records, private_id)
    return PersonDossier(tuple(records), tuple(_unique([*records, *generic, *named, *linked])))


def matched(node: Node, traits: Mapping[str, str]) -> int:
    """Return how many traits an object holds somewhere."""
    held = list(leaves_of(node))
    return sum(
        any(agrees(trait, value, leaf.value) for leaf in held)
        for trait, value in traits.items()
        if value
    )


def _traits(person: Mapping[str, Any]) -> dict[str, str]:
    given = person.get("traits")
    return {str(k): str(v or "") for k, v in given.items()} if isinstance(given, Mapping) else {}


def _by_traits(known: Index, traits: Mapping[str, str]) -> list[Leaf]:
    name, date = traits.get("birth_name", ""), traits.get("birth_date", "")
    if not name or not date:
        return []
    found = (leaf for leaf in known.leaves if agrees("birth_name", name, leaf.value))
    return [
        leaf
        for leaf in found
        if any(
            agrees("birth_date", date, other.value)
            for other in leaves_of(_resource(leaf.node) or _item(leaf.node))
        )
    ]


def _resource(node: Node) -> Node | None:
    return next((one for one in node.ancestors() if one.kind), None)


def _item(node: Node) -> Node:
    """Return the outermost object below a list, or below the root: a line of the export."""
    chain = list(node.ancestors())
    listed = [one for one in chain if one.siblings]
    return listed[-1] if listed else chain[-1]


def _record(node: Node, traits: Mapping[str, str]) -> Node:
    """Return the smallest object around `node` that holds most of the traits.

    One that is in a list of several and holds enough of them is not left for what holds the list.
    """
    best, score = node, matched(node, traits)
    for one in node.ancestors():
        held = matched(one, traits)
        if held > score:
            best, score = one, held
        if one.siblings > 1 and score >= _ENOUGH:
            break
    return best


def _linked(known: Index, records: list[Node], private_id: str) -> Iterator[Node]:
    for record in records:
        if record.kind:
            for name in _reference_names(record):
                for leaf in known.by_value.get(name, ()):
                    resource = _resource(leaf.node)
                    if leaf.key == "reference" and resource is not None:
                        yield resource
                        yield from _attachments(resource)
            continue
        own = {private_id} | {
            leaf.value for leaf in leaves_of(record) if _words(leaf.key) & _OWN_KEYS
        }
        for value in own - {""}:
            for leaf in known.by_value.get(value, ()):
                if leaf.value == value and _words(leaf.key) & _LINK_KEYS:
                    yield _item(leaf.node)


def _reference_names(patient: Node) -> Iterator[str]:
    identifier = patient.data.get("id")
    if isinstance(identifier, str) and identifier:
        yield f"Patient/{identifier}"
    full_url = patient.parent.data.get("fullUrl") if patient.parent else None
    if isinstance(full_url, str) and full_url:
        yield full_url


def _attachments(resource: Node) -> Iterator[Node]:
    """Yield the root of each file of data that a resource carries in base64."""
    for one in _walk(resource):
        data, kind = one.data.get("data"), str(one.data.get("contentType") or "")
        if not isinstance(data, str) or not any(word in kind for word in ("json", "xml", "csv")):
            continue
        try:
            content = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            continue
        suffix = next(word for word in ("json", "xml", "csv") if word in kind)
        file = read_file(Member(f"{one.place}.data.{suffix}", content))
        yield from _roots(file)


def _fill(built: Index, file: ExportFile) -> None:
    for root in _roots(file):
        built.roots.append(root)
        for node in _walk(root):
            for key, value in node.data.items():
                for leaf in _own_leaves(node, key, value):
                    built.add(leaf)


def _roots(file: ExportFile) -> Iterator[Node]:
    tree = file.tree
    if isinstance(tree, Mapping):
        yield Node(file.name, "", tree)
    elif isinstance(tree, list):
        items = [(rank, one) for rank, one in enumerate(tree) if isinstance(one, Mapping)]
        for rank, one in items:
            yield Node(file.name, f"[{rank}]", one, None, len(items))


def _walk(root: Node) -> Iterator[Node]:
    """Yield an object and those inside it, journals left out. Depth is bounded."""
    todo = [(root, 0)]
    while todo:
        node, depth = todo.pop()
        yield node
        if depth > DEPTH:
            continue
        for key, value in node.data.items():
            if not _is_journal(key):
                todo.extend((child, depth + 1) for child in _children(node, str(key), value))


def _children(node: Node, key: str, value: Any) -> Iterator[Node]:
    path = f"{node.path}.{key}" if node.path else key
    if isinstance(value, Mapping):
        yield from _kept(Node(node.file, path, value, node))
    elif isinstance(value, list):
        items = [(rank, one) for rank, one in enumerate(value) if isinstance(one, Mapping)]
        for rank, one in items:
            yield from _kept(Node(node.file, f"{path}[{rank}]", one, node, len(items)))


def _kept(node: Node) -> Iterator[Node]:
    if not (node.kind and _is_journal(node.kind)):
        yield node


def _own_leaves(node: Node, key: str, value: Any) -> Iterator[Leaf]:
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, str | int | float) and not isinstance(one, bool) and str(one):
            yield Leaf(str(key), str(one), node)
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        yield Leaf(str(key), " ".join(value), node)


def _words(name: str) -> frozenset[str]:
    return frozenset(plain(_CAMEL.sub(" ", name)).split())


def _is_journal(name: object) -> bool:
    words = _words(str(name)) | {str(name).casefold()}
    return not words.isdisjoint(word_lists()["journal"])


def _unique(nodes: Any) -> list[Node]:
    found: dict[int, Node] = {}
    for node in nodes:
        found.setdefault(id(node.data), node)
    return list(found.values())
