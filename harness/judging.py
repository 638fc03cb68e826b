"""Judge files off line: read, recognise, judge by every rule of the format, render.

What `banc judge` prints. `FileJudgement.as_json` is the contract of the JSON Lines output.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.judging_traces import HEAD, TRACES, judge_traces
from harness.model.artefact import RELEVE_MEDIA_TYPE, Artefact
from harness.model.check import SUBJECT, Check, Judgement, RuleOutcome, Settings
from harness.model.finding import Finding, Level
from harness.model.problems import ConfigurationProblem, Unreadable
from harness.model.verdict import ROWS, Verdict, exit_code
from harness.validators.detection import (
    MEDIA_TYPES,
    RELEVE,
    ROLES,
    detect,
    is_export_of_traces,
    releve_kind,
)
from harness.validators.engine import Rule, judge, rules_of

if TYPE_CHECKING:
    from harness.targets.target_access import AuditOptions
    from harness.validators.fhir.profile_report import NotEvaluated

MAX_BYTES = 50_000_000
UNREADABLE_EXIT_CODE = 2
FR_CORE_VERSIONS = ("2.1.0", "2.2.0")
_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of characters that would break a line or the terminal."""
TDDUI_VERSIONS = ("1.1.0", "2.0.0")
TDE_VERSIONS = ("2.0.0",)
MAX_PACKAGE_BYTES = 50_000_000
_FR_CORE_PACKAGE = "hl7.fhir.fr.core"
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
    second_opinion: Mapping[str, Any] | None = None
    """What a second reader says of the structure (`harness.second_opinion`), when asked."""
    not_evaluated: tuple[NotEvaluated, ...] | None = None
    """What the profiles of the packages could not decide; None without package."""

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
        if self.second_opinion is not None:
            record["second_opinion"] = dict(self.second_opinion)
        if self.not_evaluated is not None:
            record["not_evaluated"] = sum(one.times for one in self.not_evaluated)
            record["not_evaluated_list"] = [asdict(one) for one in self.not_evaluated]
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
    path: Path | str,
    as_format: str | None = None,
    settings: Settings | None = None,
    packages: Sequence[Artefact] = (),
    profile: str = "",
    audit: AuditOptions | None = None,
) -> FileJudgement:
    """Judge one file by every rule of its format (detected, or imposed by `as_format`).

    A FHIR file is judged by the profiles of `packages` too: those that its resources declare, or
    `profile` for the outermost one. An export of traces is judged as a stream, whatever its size;
    `audit` says how it reads.

    A file that is missing, too big (over 50 MB), of no known format or unreadable gives a
    `FileJudgement` with a `problem`. Raises `ConfigurationProblem` for an `as_format` or a
    version of a guide that does not exist, and for a package that cannot be read.
    """
    chosen = settings or Settings()
    _require_known(as_format, chosen)
    path = Path(path)
    try:
        if _is_export_of_traces(path, as_format):
            return _judged(path, TRACES, *judge_traces(path, chosen, audit))
        content = _content(path)
        format_name, role = _format_of(content, path.name, as_format)
    except Unreadable as problem:
        return _unjudged(path, as_format or "", str(problem))
    artefact = Artefact(path.name, content, MEDIA_TYPES[format_name], f"fichier {path.name}")
    artefacts = {role: artefact}
    expected = {"transport": "file"} if format_name == "hl7v2" else {}
    if format_name == "fhir" and packages:
        artefacts |= _by_role(packages)
        expected = {"profile": profile} if profile else {}
    check = Check(artefacts, expected, chosen)
    rules = _rules_for(format_name)
    judged = _judged(path, format_name, rules, judge(check, rules, named=False))
    if format_name != "fhir" or not packages or judged.problem:
        return judged
    return replace(judged, not_evaluated=_not_evaluated(check))


def _is_export_of_traces(path: Path, as_format: str | None) -> bool:
    """Tell whether a file is to be judged as a stream of traces, by its beginning alone."""
    if as_format not in (None, TRACES) or not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
        size = path.stat().st_size
    except (OSError, ValueError):
        return False
    if releve_kind(head) or not head.strip():
        return False
    return as_format == TRACES or is_export_of_traces(head, too_big=size > MAX_BYTES)


def load_packages(paths: Iterable[Path]) -> tuple[Artefact, ...]:
    """Read FHIR packages from their files, and check that each is one.

    Raises `ConfigurationProblem` naming the file.
    """
    from harness.packs.fhir_package import read_package

    found = []
    for path in paths:
        try:
            with path.open("rb") as stream:
                content = stream.read(MAX_PACKAGE_BYTES + 1)
        except OSError as error:
            raise ConfigurationProblem(
                f"--package {path} : lecture impossible ({error.strerror}) ;"
                " donnez le .tgz du guide d'implémentation"
            ) from error
        read_package(content, path.name)
        found.append(Artefact(path.name, content, "application/gzip", f"paquet {path.name}"))
    return tuple(found)


def offline_settings(
    fr_core: str | None, tddui: str, packages: Sequence[Artefact], profile: str = ""
) -> Settings:
    """Return the settings of a judgement off line; FR Core follows the package by default.

    Raises `ConfigurationProblem` for a profile that no package holds.
    """
    from harness.packs.fhir_package import PackageSet, read_package

    held = PackageSet(tuple(read_package(one.content, one.name) for one in packages))
    if profile and held.find("StructureDefinition", profile) is None:
        raise ConfigurationProblem(
            f"--profile {profile} : absent des paquets ({str(held) or 'aucun --package donné'})"
        )
    given = [one.version for one in held.packages if one.name == _FR_CORE_PACKAGE]
    known = next((one for one in given if one in FR_CORE_VERSIONS), Settings().fr_core)
    return Settings(fr_core=fr_core or known, tddui=tddui)


def _by_role(packages: Sequence[Artefact]) -> dict[str, Artefact]:
    return {
        "package" if not index else f"package-{index + 1}": one
        for index, one in enumerate(packages)
    }


def _not_evaluated(check: Check) -> tuple[NotEvaluated, ...]:
    from harness.validators.fhir.profiles import not_evaluated

    return not_evaluated(check)


def _require_known(as_format: str | None, settings: Settings) -> None:
    known = (*MEDIA_TYPES, RELEVE)
    if as_format is not None and as_format not in known:
        raise ConfigurationProblem(
            f"--as {as_format} : format inconnu ; attendu : {', '.join(known)}"
        )
    for guide, version, versions in (
        ("FR Core", settings.fr_core, FR_CORE_VERSIONS),
        ("TDDUI", settings.tddui, TDDUI_VERSIONS),
        ("TDE", settings.tde, TDE_VERSIONS),
    ):
        if version not in versions:
            raise ConfigurationProblem(
                f"{guide} {version} : version inconnue ; attendu : {' ou '.join(versions)}"
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
            " en JSON, un message SOAP d'INSi, un document PDF, un export de données (ZIP), un"
            " export de traces ou un relevé du banc ; imposez-le par --as"
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
    if judgement.not_evaluated:
        total = sum(one.times for one in judgement.not_evaluated)
        lines.append(f"  non évalué ({total}), ni conforme ni en erreur :")
        lines += [
            f"    {one.times} × {visible(one.what)} — {visible(one.why)}, dès {visible(one.at)}"
            for one in judgement.not_evaluated
        ]
    if judgement.reason and judgement.verdict is Verdict.INCONCLUSIVE:
        lines.append(f"  {visible(judgement.reason)}")
    lines.extend(_opinion_lines(judgement.second_opinion))
    return lines


def _opinion_lines(opinion: Mapping[str, Any] | None) -> list[str]:
    if opinion is None:
        return []
    reader = opinion["reader"]
    if opinion["agrees"]:
        return [f"  second avis ({reader}) : même structure"]
    return [f"  à relire, second avis ({reader}) : {visible(one)}" for one in opinion["remarks"]]


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
    """Return vendor text that a terminal can show: control, line and direction signs escaped."""
    return "".join(
        f"\\u{ord(char):04x}" if unicodedata.category(char) in _UNSHOWN else char for char in text
    )
