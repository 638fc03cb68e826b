"""A set of exported traces judged as a stream by every streaming rule: speed and memory.

One million events in one pass, half as AuditEvents one a line, half as CSV, written once in a
temporary folder. Each half is judged in a process of its own, so that its memory is its alone; the
baseline is the reading of the same file by the standard library alone (`json`, `csv`).
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

EVENTS = 500_000
"""Events of each of the two files."""
SMALLEST = {"ndjson": 15_000, "csv": 50_000}
"""Events a second that each format must reach on one core."""
MOST_MEMORY_MB = 300
ACTS = 40
_COLUMNS = "date;heure_acte;auteur;role;action;personne;resultat;origine;detail;demande;reponse;id"
_ACTIONS = (
    *("consultation d'identité", "note de visite", "connexion", "déconnexion"),
    *("dépôt de document", "modification d'identité", "changement de droits"),
)
_PROFILE = "https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/tde-auditevent"


def instant(number: int, milliseconds: int) -> str:
    """Return the instant of an event: twenty a second."""
    hours, rest = divmod(number // 20, 3600)
    return (
        f"2026-11-{1 + hours // 24:02d}T{hours % 24:02d}:{rest // 60:02d}:{rest % 60:02d}."
        f"{number % 20 * 45 + milliseconds:03d}+01:00"
    )


def row(number: int) -> str:
    """Return an event as a line of CSV."""
    person = str(number % 9_000)
    return (
        f"{instant(number, 40)};{instant(number, 0)};pro.{number % 97};médecin;"
        f"{_ACTIONS[number % 7]};{person};ok;10.0.{number % 200}.4;compte pro.{number % 31};"
        f"POST /api/patients/{person}/notes;201 Created;{number}\n"
    )


def event(number: int) -> str:
    """Return an event as an AuditEvent of TDE, on one line: about 1 kB."""
    person = {"what": {"reference": f"Patient/{number % 9_000}"}}
    who = {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": f"8{number % 97:011d}"}
    return json.dumps(
        {
            "resourceType": "AuditEvent",
            "id": str(number),
            "meta": {"profile": [_PROFILE]},
            "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110110"},
            "subtype": [{"system": "https://dui.example/traces", "display": _ACTIONS[number % 7]}],
            "action": "C",
            "period": {"start": instant(number, 0)},
            "recorded": instant(number, 40),
            "outcome": "0",
            "outcomeDesc": "ok",
            "agent": [
                {
                    "role": [{"text": "médecin"}],
                    "who": {"identifier": who, "display": f"PRATICIEN {number % 97}"},
                    "altId": f"pro.{number % 97}",
                    "requestor": True,
                    "network": {"address": f"10.0.{number % 200}.4", "type": "2"},
                }
            ],
            "source": {"site": "DUI", "observer": {"reference": "Device/1", "display": "DUI"}},
            "entity": [
                {**person, "type": {"code": "1"}, "role": {"code": "1"}},
                {
                    "type": {"code": "2"},
                    "query": "UE9TVCAvYXBpL3BhdGllbnRzL25vdGVz",
                    "detail": [{"type": "réponse", "valueString": "201 Created"}],
                },
            ],
        },
        ensure_ascii=False,
    )


def write(path: Path, events: int) -> None:
    """Write a file of events, in the format that its suffix names."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        if path.suffix == ".csv":
            file.write(f"{_COLUMNS}\n")
            file.writelines(row(number) for number in range(events))
        else:
            file.writelines(f"{event(number)}\n" for number in range(events))


def judge_file(path: Path) -> dict[str, float]:
    """Judge a file by every streaming rule; return events a second and the growth of memory.

    Seconds are those of the processor. Raises `AssertionError` when the judgement is not the one
    expected: acts of the set are told, nothing else is wrong.
    """
    from harness.model.check import Check
    from harness.validators.engine import judge, rules_of
    from harness.validators.traces.columns import Reading
    from harness.validators.traces.stream import read_batches

    rules = [one for one in rules_of("traces") if one.stream is not None]
    check = Check({}, {"acts": list(_acts())})
    before = _peak_mb()
    start = time.process_time()
    with path.open("rb") as stream:
        judgement = judge(check, rules, named=False, batches=read_batches(stream, Reading()))
    seconds = time.process_time() - start
    outcomes = {one.rule_id: one for one in judgement.outcomes}
    wrong = [one.rule_id for one in judgement.outcomes if one.errors or one.unreadable]
    if wrong or outcomes["TRA-19"].examined != ACTS:
        raise AssertionError(f"le lot de mesure n'est plus conforme : {', '.join(wrong)}")
    events = outcomes["TRA-09"].examined
    return {
        "events": events,
        "seconds": seconds,
        "per_second": events / seconds,
        "memory_mb": _peak_mb() - before,
    }


def _acts() -> Iterator[dict[str, Any]]:
    for number in range(1, 7 * ACTS, 7):
        yield {
            "kind": "note",
            "author": f"pro.{number % 97}",
            "person": str(number % 9_000),
            "since": instant(number, 0),
            "until": instant(number, 50),
            "result": "ok",
        }


def _peak_mb() -> float:
    """Return the peak memory of this process in MB; 0 on Windows, which is not measured."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def _standard_library(path: Path) -> float:
    """Return the processor seconds that reading the file takes without judging it."""
    start = time.process_time()
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            for _ in csv.reader(file, delimiter=";"):
                pass
        else:
            for line in file:
                json.loads(line)
    return time.process_time() - start


def _apart(act: str, path: Path) -> dict[str, float]:
    """Do an act in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.trace_set", act, str(path)]
    root = Path(__file__).parent.parent
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def measure(events: int = EVENTS) -> dict[str, Any]:
    """Return the time of a million events, the speed of each format and the growth of memory.

    Raises `AssertionError` under the speed, or over the memory, that the banc promises.
    """
    found: dict[str, dict[str, float]] = {}
    baseline = 0.0
    with tempfile.TemporaryDirectory(prefix="banc-traces-") as folder:
        for suffix in SMALLEST:
            path = Path(folder) / f"traces.{suffix}"
            write(path, events)
            found[suffix] = _apart("judge", path) | {"size_mb": path.stat().st_size / 1e6}
            baseline += _apart("read", path)["seconds"]
    for suffix, least in SMALLEST.items():
        if found[suffix]["per_second"] < least or found[suffix]["memory_mb"] > MOST_MEMORY_MB:
            raise AssertionError(f"{suffix} : {found[suffix]}")
    seconds = sum(one["seconds"] for one in found.values())
    return {
        "median_ms": round(seconds * 1000, 1),
        "baseline": "json et csv seuls",
        "baseline_ms": round(baseline * 1000, 1),
        "ratio": round(seconds / baseline, 2),
        "audit_events_per_second": round(found["ndjson"]["per_second"]),
        "csv_lines_per_second": round(found["csv"]["per_second"]),
        "memory_growth_mb": round(max(one["memory_mb"] for one in found.values()), 1),
        "size_mb": round(sum(one["size_mb"] for one in found.values())),
    }


if __name__ == "__main__":
    _DOORS: dict[str, Callable[[Path], dict[str, float]]] = {
        "judge": judge_file,
        "read": lambda path: {"seconds": _standard_library(path)},
    }
    print(json.dumps(_DOORS[sys.argv[1]](Path(sys.argv[2]))))
