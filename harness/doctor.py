"""`banc doctor`: is the target file right, and does everything that it names answer?

The checks run side by side, each under its own deadline, so that the whole stays under 5 seconds
whatever hangs. Nothing here is a conformity verdict.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from harness.model.problems import BancProblem, ConfigurationProblem
from harness.targets.configuration import load_target
from harness.targets.target import Target

State = Literal["ok", "problem", "skipped"]
IGC_ROOT = Path(__file__).parent.parent / ".banc" / "igc" / "racine.pem"
"""Where this checkout keeps the root of its test authority, once a run or a service made it."""
DEADLINE = 4.0
"""Seconds given to all the checks together."""
CHECK_DELAY = 3.0
"""Seconds given to one check."""
_WORDS: dict[State, str] = {"ok": "ok", "problem": "problème", "skipped": "non vérifié"}
_CONFIGURATION = ("Fichier de cible", "Secrets", "Certificat client", "AC clientes admises")
"""Labels whose problems are faults of configuration (exit code 2)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One check: what, its state, what was seen, what to do."""

    label: str
    state: State
    detail: str
    advice: str = ""


def diagnose(
    target_path: Path,
    environ: Mapping[str, str] | None = None,
    *,
    igc_root: Path = IGC_ROOT,
    services: Mapping[str, str] | None = None,
) -> list[Line]:
    """Check a target file and all that it names. Never raises for what it finds.

    `igc_root` is the root certificate of our simulators, told to the vendor when it exists;
    `services` are the simulators that run already (the embedded demo was told of them).
    """
    try:
        target = load_target(target_path, environ)
    except ConfigurationProblem as problem:
        return [Line("Fichier de cible", "problem", str(problem), "corrigez ces points")]
    lines = [Line("Fichier de cible", "ok", f"{target.path} : {target.name}"), _secrets(target)]
    # The checks do not wait as long as a run does: an answer that slow is a problem of its own.
    quick = replace(target, delays={**target.delays, "connect": 2.0})
    lines += _without_cascade(_together(quick))
    if services is not None:
        lines += [Line(f"Simulateur {name}", "ok", told) for name, told in services.items()]
        return [*lines, _root(igc_root)]
    return [*lines, _root(igc_root), *_simulators(target)]


def render(lines: list[Line]) -> str:
    """Return the lines as text, problems with what to do, then a summary."""
    width = max(len(line.label) for line in lines)
    text = []
    for line in lines:
        text.append(f"{_WORDS[line.state]:<12} {line.label:<{width}}  {line.detail}")
        if line.advice:
            text.append(f"{'':<12} {'':<{width}}  → {line.advice}")
    problems = sum(line.state == "problem" for line in lines)
    summary = "Tout répond." if not problems else f"{problems} problème(s) à régler."
    return "\n".join([*text, "", summary])


def exit_code(lines: list[Line]) -> int:
    """Return 0 when nothing is wrong, 2 for a fault of configuration, 4 for another problem."""
    wrong = {line.label for line in lines if line.state == "problem"}
    if wrong & set(_CONFIGURATION):
        return 2
    return 4 if wrong else 0


def _secrets(target: Target) -> Line:
    count = len(set(target.secrets))
    return Line("Secrets", "ok", f"{count} lu(s) dans l'environnement, aucun dans le fichier")


def _root(path: Path) -> Line:
    label = "Racine des simulateurs"
    if not path.is_file():
        return Line(label, "skipped", "pas encore créée", "elle le sera au premier lancement")
    return Line(label, "ok", f"{path}", "installez-la dans le logiciel sous test")


def _simulators(target: Target) -> Iterator[Line]:
    """Say which addresses to give to the software; a free port is known at the start only."""
    from harness.simulated import Needs, planned

    needs = Needs.of_target(target)
    for one in planned(target.simulators, needs):
        label = f"Simulateur {one.name}"
        if one.address:
            yield Line(label, "ok", one.address)
        elif one.name != "INSi":
            advice = f"fixez {one.port_key} pour donner une adresse stable au logiciel"
            yield Line(label, "skipped", "port libre, connu au lancement", advice)
    if needs.psc and not target.simulators.psc.client_id:
        advice = "décrivez-le dans [simulators.psc] : client_id, client_secret, redirect_uris"
        yield Line("Client Pro Santé Connect", "skipped", "aucun client déclaré", advice)
    if needs.annuaire or needs.sms:
        where = "gardées dans .banc, leur chemin est donné par banc simulators"
        yield Line("Clés Annuaire et SMS", "ok", where)


def _together(target: Target) -> list[Line]:
    from harness.targets import probes

    checks = probes.checks_of(target, CHECK_DELAY)
    answers: queue.SimpleQueue[tuple[str, Line]] = queue.SimpleQueue()
    for label, check in checks.items():
        # Daemon threads: one that hangs (name resolution cannot be cancelled) must not keep us.
        threading.Thread(
            target=lambda label=label, check=check: answers.put((label, _line(label, check))),
            daemon=True,
        ).start()
    found: dict[str, Line] = {}
    deadline = time.monotonic() + DEADLINE
    while len(found) < len(checks):
        try:
            label, line = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        found[label] = line
    late = f"pas de réponse en {DEADLINE:g} s"
    advice = "vérifiez l'adresse, le pare-feu et que la cible est démarrée"
    return [found.get(label, Line(label, "problem", late, advice)) for label in checks]


def _line(label: str, check: Callable[[], tuple[State, str, str]]) -> Line:
    try:
        state, detail, advice = check()
    except BancProblem as problem:
        detail, _, advice = str(problem).partition(" À faire : ")
        return Line(label, "problem", detail, advice)
    return Line(label, state, detail, advice)


def _without_cascade(lines: list[Line]) -> list[Line]:
    """Say once that a host does not answer: what depends on it was not checked."""
    from harness.targets.probes import DEPENDS_ON

    state = {line.label: line.state for line in lines}
    kept = []
    for line in lines:
        cause = next(
            (on for on in DEPENDS_ON.get(line.label, ()) if state.get(on) == "problem"), ""
        )
        if cause and line.state == "problem":
            line = Line(line.label, "skipped", f"dépend de « {cause} »")
        kept.append(line)
    return kept
