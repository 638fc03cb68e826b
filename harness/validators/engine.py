"""The rule engine: registration, look-up by id, and the judgement of a check.

A rule is a pure generator over one subject. Its `each=` yields the subjects, which are counted:
a rule that examined nothing never passes.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

from harness.model.check import Check, Judgement, RuleOutcome
from harness.model.finding import Finding, Level
from harness.model.problems import Unreadable
from harness.model.verdict import Verdict
from harness.validators.streaming import Stream, Tally, run

Judge = Callable[[Any, Check], Iterator[Finding]]
Subjects = Callable[[Check], Iterable[Any]]
StreamFactory = Callable[[Check], Stream]
F = TypeVar("F", bound=StreamFactory)

FORMATS: dict[str, tuple[str, ...]] = {
    "hl7v2": ("V2-",),
    "fhir": ("FR-",),
    "insi": ("INSI-",),
    "ins": ("LEX-",),
    "identity": ("IDN-",),
    "screen": ("IHM-",),
    "datamatrix": ("DM-", "IMP-"),
    "rights": ("AUT-",),
    "traces": ("TRA-",),
    "export": ("POR-",),
    "oidc": ("PSC-",),
    "directory": ("ANU-",),
}
"""Folder of `harness/validators` → prefixes of the rule ids that it holds."""


@dataclass(frozen=True)
class Rule:
    """A registered rule. `standard` names the clause when the rule cites no exigence."""

    id: str
    title: str
    each: Subjects = field(repr=False)
    judge: Judge = field(repr=False)
    cites: tuple[str, ...] = ()
    standard: str = ""
    level: Level = Level.ERROR
    overlaps: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """Names of the code lists under `harness/terminology` that the rule reads."""
    module: str = ""
    stream: StreamFactory | None = field(default=None, repr=False)
    """What makes the judgement of a streaming rule; its `each` then yields batches of subjects."""

    @property
    def format(self) -> str:
        """Return the folder of `harness/validators` that holds the rule."""
        return self.module.split(".")[2]

    @property
    def digest(self) -> str:
        """Return a SHA-256 over the rule's module, the readers and its code lists."""
        return _digest(self.id, self.module, self.lists)


_REGISTRY: dict[str, Rule] = {}


class Declared(TypedDict, total=False):
    """What a rule says of itself beside its subjects.

    `cites` names official exigences; a rule of the standard alone gives `standard` instead.
    `overlaps` names the rules that see the same fault by construction, `lists` the code lists.
    """

    cites: tuple[str, ...]
    standard: str
    level: Level
    overlaps: tuple[str, ...]
    lists: tuple[str, ...]


def rule(rule_id: str, *, each: Subjects, **declared: Unpack[Declared]) -> Callable[[Judge], Judge]:
    """Register the decorated generator as the rule `rule_id`.

    The first line of the docstring is the rule's title. Raises `ValueError` on a second
    registration or without any citation.
    """
    _must_cite(rule_id, declared)

    def register(judge: Judge) -> Judge:
        _register(_made(rule_id, judge, each, judge, None, declared))
        return judge

    return register


def streaming_rule(
    rule_id: str, *, each: Subjects, **declared: Unpack[Declared]
) -> Callable[[F], F]:
    """Register the decorated class as the rule `rule_id`, judged as a stream.

    The class is called with the check and gives a `Stream`; `each` reads the batches that it is
    fed when the artefacts of the check are at hand. The rest is as for `rule`.
    """
    _must_cite(rule_id, declared)

    def register(factory: F) -> F:
        _register(_made(rule_id, factory, each, _not_alone, factory, declared))
        return factory

    return register


def _must_cite(rule_id: str, declared: Declared) -> None:
    if not declared.get("cites") and not declared.get("standard"):
        raise ValueError(f"{rule_id}: a rule cites an exigence or names its standard")


def _made(
    rule_id: str,
    documented: Judge | StreamFactory,
    each: Subjects,
    judge: Judge,
    stream: StreamFactory | None,
    declared: Declared,
) -> Rule:
    return Rule(
        id=rule_id,
        title=(documented.__doc__ or "").strip().partition("\n")[0],
        each=each,
        judge=judge,
        module=documented.__module__,
        stream=stream,
        **declared,
    )


def _register(one: Rule) -> None:
    if one.id in _REGISTRY and _REGISTRY[one.id].module != one.module:
        raise ValueError(f"{one.id}: registered twice")
    _REGISTRY[one.id] = one


def _not_alone(subject: Any, check: Check) -> Iterator[Finding]:
    raise TypeError("a streaming rule judges through its stream")


@cache
def rules_of(format_name: str) -> tuple[Rule, ...]:
    """Return every rule of a format, in the order of their ids.

    Raises `KeyError` for a format that has no folder.
    """
    prefixes = FORMATS[format_name]
    package = importlib.import_module(f"harness.validators.{format_name}")
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("rules_"):
            importlib.import_module(f"{package.__name__}.{info.name}")
    return tuple(found for key, found in sorted(_REGISTRY.items()) if key.startswith(prefixes))


def all_rules() -> tuple[Rule, ...]:
    """Return every rule of the package."""
    return tuple(found for name in FORMATS for found in rules_of(name))


def rules_named(*ids: str) -> tuple[Rule, ...]:
    """Return the rules with these ids, loading only their formats.

    Raises `KeyError` naming the id that no format holds.
    """
    return tuple(_rule_named(rule_id) for rule_id in ids)


def _rule_named(rule_id: str) -> Rule:
    for name, prefixes in FORMATS.items():
        if rule_id.startswith(prefixes):
            rules_of(name)
    if rule_id not in _REGISTRY:
        raise KeyError(f"règle inconnue : {rule_id}")
    return _REGISTRY[rule_id]


def judge(
    check: Check,
    rules: Iterable[Rule],
    *,
    named: bool = True,
    batches: Iterable[Any] | None = None,
) -> Judgement:
    """Judge a check by rules. Pure: the same check and rules always give the same judgement.

    `named=True` (a scenario named the rules): a rule without subject is inconclusive.
    `named=False` (a file judged off line): such rules are listed and at least one must examine.
    `batches` feeds the streaming rules in place of the artefacts of the check: a file too big to
    be held.
    """
    rules = tuple(rules)
    streamed = _streamed(check, rules, batches)
    outcomes = tuple(streamed.get(one.id) or _outcome(check, one) for one in rules)
    verdict, reason = _verdict(outcomes, named)
    return Judgement(outcomes, verdict, reason)


def _outcome(check: Check, one: Rule) -> RuleOutcome:
    examined = 0
    findings: list[Finding] = []
    unreadable = ""
    try:
        for subject in one.each(check):
            examined += 1
            findings.extend(one.judge(subject, check))
    except Unreadable as problem:
        unreadable = str(problem)
    return RuleOutcome(one.id, one.level, one.digest, examined, tuple(findings), unreadable)


def _streamed(
    check: Check, rules: tuple[Rule, ...], batches: Iterable[Any] | None
) -> dict[str, RuleOutcome]:
    """Return the outcomes of the streaming rules: one pass over each source."""
    streams: dict[Subjects, list[tuple[Rule, Tally]]] = {}
    outcomes: dict[str, RuleOutcome] = {}
    gathering = check.apart()
    for one in rules:
        if one.stream is None:
            continue
        try:
            tally = Tally(one.stream(gathering), one.level)
        except Unreadable as problem:
            outcomes[one.id] = RuleOutcome(one.id, one.level, one.digest, 0, (), str(problem))
        else:
            streams.setdefault(one.each, []).append((one, tally))
    for each, fed in streams.items():
        source = each(check) if batches is None else batches
        unreadable = run([tally for _, tally in fed], source)
        for one, tally in fed:
            outcomes[one.id] = RuleOutcome(
                *(one.id, one.level, one.digest, tally.examined, tally.findings, unreadable)
            )
    return outcomes


def _verdict(outcomes: tuple[RuleOutcome, ...], named: bool) -> tuple[Verdict, str]:
    wrong = [outcome.rule_id for outcome in outcomes if outcome.errors]
    if wrong:
        return Verdict.NON_CONFORM, f"constat d'erreur : {', '.join(wrong)}"
    for outcome in outcomes:
        if outcome.unreadable:
            return Verdict.INCONCLUSIVE, outcome.unreadable
    idle = [outcome.rule_id for outcome in outcomes if not outcome.examined]
    if named and idle:
        return Verdict.INCONCLUSIVE, f"règle sans sujet : {', '.join(idle)}"
    if len(idle) == len(outcomes):
        return Verdict.INCONCLUSIVE, "aucune règle n'a trouvé de sujet à examiner"
    return Verdict.CONFORM, ""


@cache
def _digest(rule_id: str, module: str, lists: tuple[str, ...]) -> str:
    total = hashlib.sha256(rule_id.encode())
    source = Path(str(sys.modules[module].__file__))
    terminology = Path(__file__).parent.parent / "terminology"
    for path in (source, *_readers(), *(terminology / f"{name}.toml" for name in lists)):
        total.update(_file_digest(path))
    return total.hexdigest()


@cache
def _readers() -> tuple[Path, ...]:
    """Return every module that rules may lean on: a change in any of them may change a verdict."""
    found = [*Path(__file__).parent.glob("*/*.py"), *Path(__file__).parents[1].glob("packs/*.py")]
    return tuple(sorted(path for path in found if not path.name.startswith("rules_")))


@cache
def _file_digest(path: Path) -> bytes:
    # Newlines are normalised so that a checkout on Windows keeps the same digest.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).digest()
