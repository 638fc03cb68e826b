"""Makes `allure.html` from the Allure results: one French file that asks nothing of any host.

The generator is the npm package `allure`, run by Node; both paths are handed over by the caller.
A report that cannot be made is never a verdict: the run completes and a note says what to do.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

REPORT_NAME = "Banc de conformité"
PINNED = "3.18.0"
"""Version of the generator, as `allure_generator/package.json` pins it."""
TIMEOUT = 120.0
"""Seconds; a report of a hundred scenarios takes about two."""
_KEPT_VARIABLES = ("SYSTEMROOT", "WINDIR", "PATH", "LD_LIBRARY_PATH")
"""What Node needs to start, on every system; nothing else of the environment, secrets above all."""
_LOADED_FROM_OUTSIDE = re.compile(
    r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)\s*=\s*["']?(?:https?:)?//""", re.I
)


@dataclass(frozen=True, slots=True)
class Generated:
    """The single file made, or None; `note` says in French why it was not, and what to do."""

    path: Path | None
    note: str = ""


def generate(
    results: Path,
    output: Path,
    *,
    node: str | None,
    allure: str | None,
    report_name: str = REPORT_NAME,
    timeout: float = TIMEOUT,
) -> Generated:
    """Make `output` (a file) from the folder `results`. Never raises for a generator that fails.

    `node` is the Node executable, `allure` the generator's `cli.js`; None when not installed.
    """
    if not node or not allure:
        return Generated(None, _absent_note(results, output))
    try:
        with tempfile.TemporaryDirectory(prefix="banc-allure-") as scratch:
            return _generated(results, output, [node, allure], Path(scratch), report_name, timeout)
    except subprocess.TimeoutExpired:
        why = f"le générateur n'a pas fini en {timeout:.0f} s"
    except (OSError, subprocess.SubprocessError) as error:
        why = f"le générateur n'a pas pu être lancé ou son résultat écrit ({error})"
    return Generated(None, _failed_note(why, results, output, [node, allure]))


def _generated(
    results: Path,
    output: Path,
    program: list[str],
    scratch: Path,
    report_name: str,
    timeout: float,
) -> Generated:
    out = scratch / "out"
    config = scratch / "allurerc.json"
    config.write_text(json.dumps(_config(out, report_name)), encoding="utf-8")
    # The generator takes a pattern: run beside the results, so that a bracket in their path is
    # not read as one.
    done = subprocess.run(
        [*program, "generate", results.name, "-c", str(config)],
        cwd=results.parent,
        env=_environment(scratch),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    made = next(iter(sorted(out.rglob("index.html"))), None)
    if done.returncode or made is None:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        why = f"le générateur s'est arrêté (code {done.returncode}) : {' / '.join(said[-3:])}"
        return Generated(None, _failed_note(why, results, output, program))
    problem = _problem(made.read_text(encoding="utf-8"))
    if problem:
        return Generated(None, _failed_note(problem, results, output, program))
    shutil.copyfile(made, output)
    return Generated(output)


def _config(out: Path, report_name: str) -> dict[str, object]:
    options = {"reportName": report_name, "singleFile": True, "reportLanguage": "fr"}
    return {"name": report_name, "output": str(out), "plugins": {"allure2": {"options": options}}}


def _environment(scratch: Path) -> dict[str, str]:
    kept = {key: os.environ[key] for key in _KEPT_VARIABLES if key in os.environ}
    home = str(scratch)
    # The word true, not 1: any other value leaves an outside script in the page.
    return kept | {
        "ALLURE_NO_ANALYTICS": "true",
        "NO_COLOR": "1",
        "HOME": home,
        "USERPROFILE": home,
        "TMPDIR": home,
        "TEMP": home,
        "TMP": home,
    }


def _problem(page: str) -> str:
    """Return what makes a generated page unfit for a dossier, or an empty text."""
    head = page[:2000]
    if 'lang="fr"' not in head:
        return "la page produite n'est pas en français"
    # Scripts and styles are embedded in base64: a tag that loads from a host stands out.
    found = _LOADED_FROM_OUTSIDE.search(page)
    if found:
        return f"la page produite chargerait une ressource extérieure ({found.group()[:60]}…)"
    return ""


def _absent_note(results: Path, output: Path) -> str:
    return (
        f"{output.name} n'a pas été produit : Node.js (20 ou plus) ou le générateur Allure manque. "
        "Installez Node.js puis relancez ./banc ; ou bien, sur tout poste qui l'a, "
        f"{_by_hand(results, output, ['npx', f'allure@{PINNED}'])}"
    )


def _failed_note(why: str, results: Path, output: Path, program: list[str]) -> str:
    return (
        f"{output.name} n'a pas été produit : {why}. Les résultats sont entiers : pour "
        f"recommencer, {_by_hand(results, output, program)}"
    )


def _by_hand(results: Path, output: Path, program: list[str]) -> str:
    out = output.with_suffix("")
    options = ["--single-file", "--report-language", "fr", "--output", str(out)]
    words = [*program, "allure2", str(results), *options]
    if os.name == "nt":
        command = f"set ALLURE_NO_ANALYTICS=true&& {subprocess.list2cmdline(words)}"
    else:
        command = f"ALLURE_NO_ANALYTICS=true {shlex.join(words)}"
    return f"tapez : {command} — le rapport est alors {out / 'index.html'}"
