"""`banc fuzz`: damaged bytes by the thousand, each judged or refused in words, never a traceback.

It goes through the public doors: `judge_file` with both renderings for files, `load_target` for
target files. A case that raises, or that takes too long, is a fault of the harness: it is kept
under `reports/fuzz-<seed>/`, and `banc fuzz --seed S --case N` plays it again.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import traceback
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from harness.fuzz_cases import Case, case_of
from harness.model.problems import ConfigurationProblem, HarnessFault

SLOW_SECONDS = 5.0
"""Processor seconds beyond which a case counts as a fault: someone waits for the verdict."""
OPINION_EVERY = 40
"""One HL7 v2 case in so many is also read by the second reader, which is slow."""
REFUSED = "refusé"
_STEPS = 10
_RAW = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that a terminal or a report must never receive raw."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that raised or was too slow, and where its bytes were kept."""

    case: int
    kind: str
    error: str
    file: str


@dataclass
class Tally:
    """What became of the cases: kind → outcome (`refusé` or a verdict) → number."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    done: int = 0
    slowest: tuple[float, int] = (0.0, 0)
    """Processor seconds, and number, of the case that took longest."""

    def add(self, case: Case, outcome: str, seconds: float) -> None:
        """Count a case that ended as it should."""
        self.outcomes.setdefault(case.kind, Counter())[outcome] += 1
        self.slowest = max(self.slowest, (seconds, case.number))


def outcome_of(case: Case, folder: Path) -> str:
    """Judge a case and return its verdict, or `refusé` when a French message refused it.

    Raises whatever the harness wrongly raises; `AssertionError` for an answer without its words.
    """
    path = folder / case.file_name
    path.write_bytes(case.content)
    try:
        return _target_outcome(path) if case.format == "cible" else _file_outcome(case, path)
    finally:
        path.unlink()


def _target_outcome(path: Path) -> str:
    from harness.targets.configuration import load_target

    try:
        load_target(path, {})
    except ConfigurationProblem as problem:
        _must(str(problem).strip(), "refus sans message")
        return REFUSED
    return "lu"


def _file_outcome(case: Case, path: Path) -> str:
    from harness.judging import judge_file, render_text

    judgement = judge_file(path)
    if case.format == "hl7v2" and case.number % OPINION_EVERY == 0:
        from harness.second_opinion import with_second_opinion

        judgement = with_second_opinion(judgement)
    text = render_text(judgement)
    record = json.loads(judgement.as_json())
    _must(_RAW.isdisjoint(map(unicodedata.category, text.replace("\n", ""))), "texte brut")
    if judgement.problem:
        _must(record["problem"].strip(), "refus sans message")
        return REFUSED
    return str(judgement.verdict)


def _must(held: object, what: str) -> None:
    if not held:
        raise AssertionError(what)


def fuzz(
    cases: int,
    seed: int,
    reports: Path,
    *,
    only: int | None = None,
    as_json: bool = False,
    progress: TextIO | None = None,
) -> int:
    """Play the cases of a seed, print what became of them; return 0, or 3 if any failed.

    `only` plays a single case. Raises `HarnessFault` when the failures cannot be kept.
    """
    numbers = range(cases) if only is None else range(only, only + 1)
    tally = Tally()
    began = time.monotonic()
    shown = _Progress(len(numbers), progress or sys.stderr)
    with tempfile.TemporaryDirectory(prefix="banc-fuzz-") as temporary:
        for number in numbers:
            _play(case_of(seed, number), Path(temporary), reports / f"fuzz-{seed}", tally)
            shown.advance(tally)
    seconds = time.monotonic() - began
    record = _record(tally, seed, seconds)
    print(json.dumps(record, ensure_ascii=False) if as_json else _text(record, seed))
    return 3 if tally.failures else 0


def _play(case: Case, folder: Path, kept: Path, tally: Tally) -> None:
    tally.done += 1
    began = time.process_time()
    try:
        outcome = outcome_of(case, folder)
    except Exception as error:
        # The very purpose: whatever escapes is a fault of ours, to be kept and counted.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        words = f"{type(error).__name__} : {str(error)[:200]} ({where})"
        tally.failures.append(_failure(case, words, kept))
        return
    seconds = time.process_time() - began
    if seconds > SLOW_SECONDS:
        tally.failures.append(_failure(case, f"trop lent : {seconds:.1f} s", kept))
        return
    tally.add(case, outcome, seconds)


def _failure(case: Case, error: str, kept: Path) -> Failure:
    path = kept / case.file_name
    try:
        kept.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.content)
    except OSError as problem:
        raise HarnessFault(
            f"{path} : écriture impossible ({problem.strerror}) ; donnez un autre dossier par "
            f"--reports ; le cas {case.number} a échoué : {error}"
        ) from problem
    return Failure(case.number, case.kind, error, str(path))


class _Progress:
    """A line on a terminal, refreshed; ten lines elsewhere."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._every = max(1, total // (200 if stream.isatty() else _STEPS))

    def advance(self, tally: Tally) -> None:
        done = tally.done
        if self._total < _STEPS or (done % self._every and done != self._total):
            return
        line = f"{done}/{self._total} cas, {len(tally.failures)} échec(s)"
        live = self._stream.isatty() and done != self._total
        begin = "\r" if self._stream.isatty() else ""
        print(f"{begin}{line}", end="" if live else "\n", file=self._stream, flush=True)


def _record(tally: Tally, seed: int, seconds: float) -> dict[str, Any]:
    kinds = {
        kind: {"cases": outcomes.total(), **dict(sorted(outcomes.items()))}
        for kind, outcomes in sorted(tally.outcomes.items())
    }
    return {
        "cases": tally.done,
        "seed": seed,
        "seconds": round(seconds, 1),
        "judged": sum(one.total() - one[REFUSED] for one in tally.outcomes.values()),
        "refused": sum(one[REFUSED] for one in tally.outcomes.values()),
        "slowest": {"case": tally.slowest[1], "ms": round(tally.slowest[0] * 1000, 1)},
        "kinds": kinds,
        "failures": [
            {"case": one.case, "kind": one.kind, "error": one.error, "file": one.file}
            for one in tally.failures
        ],
    }


def _text(record: dict[str, Any], seed: int) -> str:
    lines = [
        f"{record['cases']} cas (graine {seed}) en {record['seconds']} s : {record['judged']}"
        f" jugés, {record['refused']} refusés par un message, {len(record['failures'])} échec(s)",
        f"  le plus lent : cas {record['slowest']['case']}, {record['slowest']['ms']} ms",
    ]
    for kind, outcomes in record["kinds"].items():
        counts = ", ".join(f"{word} {n}" for word, n in outcomes.items() if word != "cases")
        lines.append(f"  {kind:<24} {outcomes['cases']:>6} : {counts}")
    for one in record["failures"]:
        lines.append(f"  ÉCHEC cas {one['case']} ({one['kind']}) : {one['error']}")
        lines.append(f"    octets gardés dans {one['file']}")
        lines.append(f"    à rejouer : banc fuzz --seed {seed} --case {one['case']}")
    return "\n".join(lines)
