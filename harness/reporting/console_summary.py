"""The summary of a run, line by line, with the style of each: what the console prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.model.finding import Level
from harness.model.requirement import ProofKind
from harness.model.results import RequirementResult, RunReport, ScenarioResult
from harness.model.verdict import ROWS, VERDICT_TABLE, Verdict
from harness.reporting.wording import REFERENTIALS, SlottedFinding, findings_of, flat, item_line

if TYPE_CHECKING:
    from harness.reporting.report_writer import ReportPaths

STYLES: Mapping[Verdict, str] = {
    Verdict.CONFORM: "green",
    Verdict.NON_CONFORM: "bold red",
    Verdict.HARNESS_ERROR: "bold magenta",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.REVIEW: "cyan",
    Verdict.BLOCKED: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.NOT_RUN: "dim",
}
EXIT_MEANINGS: Mapping[int, str] = {
    0: "aucun échec (à relire, sans objet ou bloqué peuvent rester)",
    1: "au moins une non-conformité",
    2: "entrée illisible ou mauvais usage",
    3: "erreur du banc ou de sa configuration",
    4: "non concluant (avec --strict : aussi à relire, bloqué, non exécuté)",
    130: "exécution interrompue",
}
_TITLES: Mapping[Verdict, str] = {
    Verdict.HARNESS_ERROR: "Erreurs du banc",
    Verdict.INCONCLUSIVE: "Non concluants",
    Verdict.BLOCKED: "Bloqués par un tiers",
    Verdict.REVIEW: "À relire",
}
_PROOF_KINDS: Mapping[ProofKind, str] = {
    ProofKind.CAPTURE: "capture d'écran",
    ProofKind.LOG: "extrait de journal",
    ProofKind.GAZELLE: "lien Gazelle",
    ProofKind.CNDA: "attestation du CNDA",
    ProofKind.DOCUMENT: "document",
    ProofKind.SCAN: "document numérisé",
    ProofKind.VIDEO: "vidéo",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line and its rich style; `slots` is set on a line that tells a finding."""

    text: str
    style: str = ""
    slots: SlottedFinding | None = None


def summary_lines(report: RunReport, paths: ReportPaths | None, exit_code: int) -> Iterator[Line]:
    """Return every line of the summary, in order."""
    yield Line("")
    yield Line(f"Résumé — {report.target}", "bold")
    if report.interrupted:
        yield Line("Exécution interrompue : ce qui suit ne couvre que ce qui a tourné.", "bold red")
    yield from _counts(report)
    yield from _nonconformities(report.scenarios)
    for verdict, title in _TITLES.items():
        yield from _reasons(title, verdict, report.scenarios)
    yield from _not_applicable(report)
    yield from _requirements(report.requirements)
    yield from _missing_proofs(report.requirements)
    if report.notes:
        yield from _section("Remarques")
        yield from (Line(f"  {flat(note)}") for note in report.notes)
    yield from _paths(paths)
    meaning = EXIT_MEANINGS.get(exit_code, "code inattendu")
    yield Line("")
    yield Line(f"Code de sortie {exit_code} : {meaning}.", "bold")


def _section(title: str) -> Iterator[Line]:
    yield Line("")
    yield Line(title, "bold")


def _counts(report: RunReport) -> Iterator[Line]:
    seconds = (report.ended - report.started).total_seconds()
    yield from _section(f"Verdicts ({len(report.scenarios)} éléments en {seconds:.1f} s)")
    for row in VERDICT_TABLE:
        number = report.counts[row.verdict]
        style = STYLES[row.verdict] if number else "dim"
        yield Line(f"  {row.word:<20} {number:>4}   {row.meaning}", style)
    found = [one for result in report.scenarios for one in findings_of(result)]
    warnings = sum(one.level is Level.WARNING for one in found)
    if warnings:
        yield Line(f"  Avertissements       {warnings:>4}   lisibles dans le rapport Allure")


def _nonconformities(scenarios: Iterable[ScenarioResult]) -> Iterator[Line]:
    wrong = [one for one in scenarios if one.verdict is Verdict.NON_CONFORM]
    if not wrong:
        return
    yield from _section("Non-conformités")
    for result in wrong:
        yield Line(f"  {item_line(result)}", STYLES[Verdict.NON_CONFORM])
        errors = [one for one in findings_of(result) if one.level is Level.ERROR]
        yield from (Line(f"    {one.line}", slots=one) for one in errors)
        if not errors:
            yield Line(f"    {flat(result.reason)}")


def _reasons(title: str, verdict: Verdict, scenarios: Iterable[ScenarioResult]) -> Iterator[Line]:
    grouped: dict[str, list[str]] = {}
    for result in scenarios:
        if result.verdict is verdict:
            grouped.setdefault(flat(result.reason) or "sans raison donnée", []).append(
                item_line(result)
            )
    if not grouped:
        return
    yield from _section(title)
    for reason, items in grouped.items():
        yield from (Line(f"  {item}", STYLES[verdict]) for item in items)
        yield Line(f"    {reason}")


def _not_applicable(report: RunReport) -> Iterator[Line]:
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for one in report.requirements:
        if one.verdict is Verdict.NOT_APPLICABLE:
            grouped.setdefault((one.reason, one.source, one.declaration), []).append(one.id)
    told = {one.id for one in report.requirements if one.verdict is Verdict.NOT_APPLICABLE}
    for result in report.scenarios:
        if result.verdict is Verdict.NOT_APPLICABLE and not told & set(result.requirement_ids):
            grouped.setdefault((result.reason, "", ""), []).extend(result.scenario_ids)
    if not grouped:
        return
    yield from _section("Sans objet pour ce profil")
    for (reason, source, declaration), ids in grouped.items():
        yield Line(f"  {', '.join(dict.fromkeys(ids))}")
        yield Line(f"    {flat(reason)}" + (f" (source : {flat(source)})" if source else ""))
        if declaration:
            yield Line(f"    à déclarer : {flat(declaration)}")


def _requirements(requirements: Iterable[RequirementResult]) -> Iterator[Line]:
    by_referential: dict[str, list[RequirementResult]] = {}
    for one in requirements:
        by_referential.setdefault(one.referential, []).append(one)
    if not by_referential:
        return
    yield from _section("Exigences")
    for referential, results in by_referential.items():
        counts = Counter(one.verdict for one in results)
        said = [f"{row.word} {counts[row.verdict]}" for row in VERDICT_TABLE if counts[row.verdict]]
        name = REFERENTIALS.get(referential, referential)
        yield Line(f"  {name} ({len(results)}) : {' · '.join(said)}")
        for verdict in (Verdict.NON_CONFORM, Verdict.HARNESS_ERROR, Verdict.INCONCLUSIVE):
            ids = [one.id for one in results if one.verdict is verdict]
            if ids:
                yield Line(f"    {ROWS[verdict].word} : {', '.join(ids)}", STYLES[verdict])


def _missing_proofs(requirements: Iterable[RequirementResult]) -> Iterator[Line]:
    waiting = [one for one in requirements if one.verdict is Verdict.CONFORM and one.missing_proofs]
    if not waiting:
        return
    yield from _section("Comportement conforme, pièce à fournir")
    for one in waiting:
        proofs = (f"{p.id} ({_PROOF_KINDS[p.kind]})" for p in one.missing_proofs)
        yield Line(f"  {one.id} : {', '.join(proofs)}")


def _paths(paths: ReportPaths | None) -> Iterator[Line]:
    if paths is None:
        return
    yield from _section("Rapports")
    if paths.allure_html:
        yield Line(f"  à ouvrir       {paths.allure_html}")
    yield Line(f"  machine        {paths.run_json}")
    yield Line(f"  intégration    {paths.junit}")
    yield Line(f"  résultats      {paths.allure_results}")
