"""Judge files off line: read, recognise, judge by every rule of the format, render.

What `banc judge` prints. `FileJudgement.as_json` is the contract of the JSON Lines output.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.model.artefact import RELEVE_MEDIA_TYPE, Artefact
from harness.model.check import SUBJECT, Check, Judgement, RuleOutcome, Settings
from harness.model.finding import Finding, Level
from harness.model.problems import ConfigurationProblem, Unreadable
from harness.model.verdict import ROWS, Verdict, exit_code
from harness.validators.detection import MEDIA_TYPES, RELEVE, ROLES, detect, releve_kind
from harness.validators.engine import Rule, judge, rules_of

MAX_BYTES = 50_000_000
UNREADABLE_EXIT_CODE = 2
FR_CORE_VERSIONS = ("2.1.0", "2.2.0")
_WITH_LEXICAL_RULES = ("insi", "identity")
"""Formats whose names the LEX rules judge as well."""


@dataclass(frozen=True)
class FileJudgement:
    """What judging one file gave. `problem` says why it could not be judged, '' when it was."""

    file: str
    format: str
    verdict: Verdict
    outcomes: tuple[RuleOutcome, ...] = ()
    cites: Mapping[str, tuple[str, ...]] | None = None
    """Rule id → exigences that it cites."""
    problem: str = ""
    reason: str = ""
    """Why a readable file reached no verdict."""

    @property
    def exit_code(self) -> int:
        """Return 2 for a file that could not be judged, else the code of the verdict."""
        return UNREADABLE_EXIT_CODE if self.problem else exit_code((self.verdict,))

    def as_json(self) -> str:
        """Return one line of JSON: file, format, verdict, rules; `problem` or `reason` if any."""
        record: dict[str, Any] = {
            "file": self.file,
            "format": self.format,
            "verdict": self.verdict.value,
            "rules": [_outcome_record(one) for one in self.outcomes],
        }
        if self.problem:
            record["problem"] = self.problem
        if self.reason:
            record["reason"] = self.reason
        return json.dumps(record, ensure_ascii=False)


def _outcome_record(outcome: RuleOutcome) -> dict[str, Any]:
    return {
        "id": outcome.rule_id,
        "examined": outcome.examined,
        "findings": [
            {
                "level": (finding.level or outcome.level).value,
                "at": finding.at,
                "expected": finding.expected,
                "found": finding.found,
                "hint": finding.hint,
            }
            for finding in outcome.findings
        ],
    }


def judge_file(
    path: Path | str, as_format: str | None = None, settings: Settings | None = None
) -> FileJudgement:
    """Judge one file by every rule of its format (detected, or imposed by `as_format`).

    A file that is missing, too big (over 50 MB), of no known format or unreadable gives a
    `FileJudgement` with a `problem`. Raises `ConfigurationProblem` for an `as_format` or a
    version of FR Core that does not exist.
    """
    chosen = settings or Settings()
    _require_known(as_format, chosen)
    path = Path(path)
    try:
        content = _content(path)
        format_name, role = _format_of(content, path.name, as_format)
    except Unreadable as problem:
        return _unjudged(path, as_format or "", str(problem))
    artefact = Artefact(path.name, content, MEDIA_TYPES[format_name], f"fichier {path.name}")
    expected = {"transport": "file"} if format_name == "hl7v2" else {}
    rules = _rules_for(format_name)
    judgement = judge(Check({role: artefact}, expected, chosen), rules, named=False)
    return _judged(path, format_name, rules, judgement)


def _require_known(as_format: str | None, settings: Settings) -> None:
    known = (*MEDIA_TYPES, RELEVE)
    if as_format is not None and as_format not in known:
        raise ConfigurationProblem(
            f"--as {as_format} : format inconnu ; attendu : {', '.join(known)}"
        )
    if settings.fr_core not in FR_CORE_VERSIONS:
        raise ConfigurationProblem(
            f"FR Core {settings.fr_core} : version inconnue ; "
            f"attendu : {' ou '.join(FR_CORE_VERSIONS)}"
        )


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise Unreadable(f"{path} est un dossier : donnez les fichiers à juger")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(
                f"{path} : {size / 1e6:.0f} Mo, au-delà de la limite de {MAX_BYTES // 10**6} Mo ;"
                " découpez le fichier, un message ou une ressource par fichier"
            )
        with path.open("rb") as stream:
            # A pipe or a growing file has no honest size: never read beyond the limit.
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise Unreadable(f"{path} : fichier introuvable ; vérifiez le chemin") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unreadable(f"{path} : lecture impossible ({reason})") from error
    if len(content) > MAX_BYTES:
        raise Unreadable(f"{path} : plus de {MAX_BYTES // 10**6} Mo ; découpez le fichier")
    if not content.strip():
        raise Unreadable(f"{path} : fichier vide")
    return content


def _format_of(content: bytes, name: str, as_format: str | None) -> tuple[str, str]:
    format_name = as_format or detect(content, name)
    if not format_name:
        raise Unreadable(
            f"{name} : format non reconnu ; attendu un message HL7 v2 (MSH…), une ressource FHIR"
            " en JSON, un message SOAP d'INSi ou un relevé du banc ; imposez-le par --as"
        )
    if format_name != RELEVE and MEDIA_TYPES[format_name] != RELEVE_MEDIA_TYPE:
        return format_name, SUBJECT
    kind = releve_kind(content)
    if not kind:
        raise Unreadable(f"{name} : ce n'est pas un relevé (clé « kind » absente ou inconnue)")
    found, role = ROLES[kind]
    if format_name not in (RELEVE, found):
        raise Unreadable(f"{name} : relevé « {kind} », à juger par --as {found}")
    return found, role


def _rules_for(format_name: str) -> tuple[Rule, ...]:
    lexical = rules_of("ins") if format_name in _WITH_LEXICAL_RULES else ()
    return (*rules_of(format_name), *lexical)


def _judged(
    path: Path, format_name: str, rules: tuple[Rule, ...], judgement: Judgement
) -> FileJudgement:
    unread = next((one.unreadable for one in judgement.outcomes if one.unreadable), "")
    if unread and judgement.verdict is not Verdict.NON_CONFORM:
        return _unjudged(path, format_name, unread)
    return FileJudgement(
        str(path),
        format_name,
        judgement.verdict,
        judgement.outcomes,
        {one.id: one.cites for one in rules},
        reason="" if judgement.verdict is Verdict.CONFORM else judgement.reason,
    )


def _unjudged(path: Path, format_name: str, problem: str) -> FileJudgement:
    return FileJudgement(str(path), format_name, Verdict.INCONCLUSIVE, problem=problem)


def exit_code_of(judgements: Iterable[FileJudgement]) -> int:
    """Return the exit code of several files: 1 a non-conformity, else 2 one not judged, else §5."""
    judged = tuple(judgements)
    reached = [one.verdict for one in judged if not one.problem]
    if Verdict.NON_CONFORM in reached:
        return exit_code(reached)
    if any(one.problem for one in judged):
        return UNREADABLE_EXIT_CODE
    return exit_code(reached)


def render_text(judgement: FileJudgement) -> str:
    """Return the judgement of a file as plain French text, each finding in its four slots."""
    title = f"{visible(judgement.file)} · {judgement.format or 'format inconnu'}"
    if judgement.problem:
        return f"{title} · Illisible\n  {visible(judgement.problem)}"
    lines = [f"{title} · {ROWS[judgement.verdict].word}"]
    for level, word in ((Level.ERROR, ""), (Level.WARNING, "avertissement : ")):
        for outcome in judgement.outcomes:
            cites = (judgement.cites or {}).get(outcome.rule_id, ())
            lines += [
                f"  {word}{slots(finding, outcome.rule_id, cites)}"
                for finding in outcome.findings
                if (finding.level or outcome.level) is level
            ]
    return "\n".join([*lines, *_summary(judgement)])


def _summary(judgement: FileJudgement) -> list[str]:
    examined = [one for one in judgement.outcomes if one.examined]
    idle = [one.rule_id for one in judgement.outcomes if not one.examined]
    errors = sum(len(one.errors) for one in judgement.outcomes)
    warnings = sum(len(one.findings) for one in judgement.outcomes) - errors
    lines = [
        f"  {len(examined)} règle(s) examinée(s), {errors} erreur(s), {warnings} avertissement(s)"
    ]
    if idle:
        lines.append(f"  sans sujet ({len(idle)}) : {', '.join(idle)}")
    if judgement.reason and judgement.verdict is Verdict.INCONCLUSIVE:
        lines.append(f"  {visible(judgement.reason)}")
    return lines


def slots(finding: Finding, rule_id: str, cites: tuple[str, ...]) -> str:
    """Return a finding in its four slots, with its rule and exigences, on one line."""
    parts = [
        f"{visible(finding.at)} — attendu : {visible(finding.expected)}",
        f"constaté : {visible(finding.found)}",
        visible(finding.hint),
        f"règle {rule_id}",
        ", ".join(cites),
    ]
    return " · ".join(part for part in parts if part)


def visible(text: str) -> str:
    """Return vendor text that a terminal can show: control and direction signs are escaped."""
    return "".join(
        f"\\u{ord(char):04x}" if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char
        for char in text
    )
