"""The command line: thin, each command calls one function and imports it only then."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

INTERRUPTED = 130
try:
    import typer
except KeyboardInterrupt:  # it is the longest part of the start
    print("Interrompu.", file=sys.stderr)
    sys.exit(INTERRUPTED)

HELP = """Banc de conformité des logiciels de santé (DUI, DMN) : scénarios, preuves, verdicts.

Le lanceur connaît aussi « test » (essais du banc) et « bench » (mesures)."""

app = typer.Typer(
    name="banc",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "targets" / "demo.toml"

TargetFile = Annotated[Path, typer.Argument(metavar="CIBLE.toml", help="Fichier de la cible.")]
Reports = Annotated[Path, typer.Option(help="Dossier des rapports.")]
Seed = Annotated[int | None, typer.Option(help="Graine des identités fictives.")]
Requirements = Annotated[
    list[str] | None, typer.Option("--requirement", help="Exigence ou scénario à jouer.")
]
Themes = Annotated[list[str] | None, typer.Option("--theme", help="Thème : ins, identification…")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Échoue aussi sur à relire, bloqué, non exécuté.")
]
FailedFrom = Annotated[
    Path | None, typer.Option(help="Dossier d'une exécution : ne rejoue que ses échecs.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Sortie pour une machine.")]


@app.command()
def demo(
    reports: Reports = Path("reports"),
    seed: Seed = None,
    requirement: Requirements = None,
    theme: Themes = None,
    strict: Strict = False,
    workers: Annotated[
        int, typer.Option("-n", "--workers", min=1, help="Ouvriers, chacun avec son DUI.")
    ] = 1,
) -> None:
    """Joue tous les scénarios automatiques sur le DUI de démonstration embarqué."""
    from harness.running import play

    arguments = _arguments(DEMO, reports, seed, requirement, theme, strict)
    raise typer.Exit(play(arguments, workers=workers))


@app.command()
def run(
    target: TargetFile,
    reports: Reports = Path("reports"),
    seed: Seed = None,
    requirement: Requirements = None,
    theme: Themes = None,
    strict: Strict = False,
    failed_from: FailedFrom = None,
    attended: Annotated[
        bool, typer.Option("--attended", help="Une personne agit et répond aux étapes.")
    ] = False,
) -> None:
    """Joue les scénarios sur la cible décrite par un fichier TOML."""
    from harness.running import play

    arguments = _arguments(target, reports, seed, requirement, theme, strict)
    if failed_from:
        arguments += ["--failed-from", str(failed_from)]
    if attended:
        arguments += ["--attended", "--capture=no"]
    raise typer.Exit(play(arguments))


@app.command()
def doctor(target: TargetFile) -> None:
    """Vérifie la configuration d'une cible, sans rien juger."""
    from harness.doctor import exit_code, render
    from harness.workbench import diagnosed

    lines = diagnosed(target)
    typer.echo(render(lines))
    raise typer.Exit(exit_code(lines))


@app.command()
def judge(
    files: Annotated[list[Path], typer.Argument(metavar="FICHIER…", help="Fichiers à juger.")],
    as_format: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="Format imposé : hl7v2, fhir, insi, datamatrix (PDF), export (ZIP), traces, "
            "releve.",
        ),
    ] = None,
    package: Annotated[
        list[Path] | None,
        typer.Option(help="Paquet FHIR (.tgz) dont les profils jugent aussi ; répétable."),
    ] = None,
    profile: Annotated[
        str, typer.Option(help="Profil (URL) imposé à la ressource, sinon ceux qu'elle déclare.")
    ] = "",
    fr_core: Annotated[str | None, typer.Option(help="FR Core : 2.1.0 ou 2.2.0.")] = None,
    tddui: Annotated[str, typer.Option(help="TDDUI : 1.1.0 ou 2.0.0.")] = "2.0.0",
    target: Annotated[
        Path | None,
        typer.Option(help="Fichier de cible qui décrit les colonnes des traces exportées."),
    ] = None,
    as_json: AsJson = False,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Fait relire la structure HL7 v2 par hl7apy.")
    ] = False,
) -> None:
    """Juge des fichiers hors ligne ; le format et le jeu de caractères sont reconnus."""
    from harness.judging import (
        exit_code_of,
        judge_file,
        load_packages,
        offline_settings,
        render_text,
    )

    packages = load_packages(package or ())
    audit = None
    if target:
        from harness.targets.configuration import load_audit_options

        audit = load_audit_options(target)
    settings = offline_settings(fr_core, tddui, packages, profile)
    judgements = []
    for path in files:
        one = judge_file(path, as_format, settings, packages, profile, audit)
        if second_opinion:
            from harness.second_opinion import with_second_opinion

            one = with_second_opinion(one)
        judgements.append(one)
        typer.echo(one.as_json() if as_json else render_text(one))
    raise typer.Exit(exit_code_of(judgements))


@app.command()
def coverage(as_json: AsJson = False) -> None:
    """Dit ce qui est automatique, assisté, documentaire, prévu ou à importer."""
    from harness.inventory import coverage_json, covered

    found = covered()
    typer.echo(coverage_json(found) if as_json else str(found))
    raise typer.Exit(3 if found.orphans else 0)


@app.command()
def show(official_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Dit ce qu'est une exigence, un scénario, une preuve ou une règle."""
    from harness.inventory import card

    typer.echo(card(official_id))


@app.command()
def simulators(
    target: Annotated[Path | None, typer.Argument(metavar="[CIBLE.toml]")] = None,
    reports: Reports = Path("reports"),
) -> None:
    """Sert les simulateurs jusqu'à Ctrl-C ; dit les adresses et où sont les certificats."""
    from harness.serving import serve

    serve(target, reports)


@app.command()
def mutants(
    full: Annotated[bool, typer.Option("--full", help="Tous les défauts et la matrice.")] = False,
    sample: Annotated[int | None, typer.Option(help="Nombre de défauts tirés au sort.")] = None,
    fault: Annotated[list[str] | None, typer.Option(help="Défaut à jouer, par son nom.")] = None,
    seed: Seed = None,
    reports: Reports = Path("reports"),
    as_json: AsJson = False,
) -> None:
    """Sème des défauts dans le DUI de démonstration et dit quelles règles les voient."""
    from harness.mutants import hunt

    raise typer.Exit(hunt(reports, full, sample, tuple(fault or ()), seed, as_json=as_json))


@app.command()
def fuzz(
    cases: Annotated[int, typer.Option(help="Nombre de cas.", min=1)] = 50_000,
    seed: Annotated[int, typer.Option(help="Graine : la même donne les mêmes cas.")] = 1,
    case: Annotated[
        int | None, typer.Option("--case", help="Ne rejoue que le cas de ce numéro.", min=0)
    ] = None,
    reports: Reports = Path("reports"),
    as_json: AsJson = False,
) -> None:
    """Juge des octets abîmés : tout doit être jugé ou refusé par un message, sans plantage."""
    from harness.fuzz import fuzz as run_fuzz

    raise typer.Exit(run_fuzz(cases, seed, reports, only=case, as_json=as_json))


def _arguments(
    target: Path,
    reports: Path,
    seed: int | None,
    requirements: list[str] | None,
    themes: list[str] | None,
    strict: bool,
) -> list[str]:
    arguments = ["--target", str(target), "--reports", str(reports)]
    if seed is not None:
        arguments += ["--seed", str(seed)]
    for one in requirements or ():
        arguments += ["--requirement", one]
    for one in themes or ():
        arguments += ["--theme", one]
    return [*arguments, "--strict"] if strict else arguments


def main() -> int:
    """Run the command line; a problem that has a name gives its message and exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show an accent must not stop a run.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = _understood()
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        print("Interrompu.", file=sys.stderr)
        # A Ctrl-C that fell in an exec() of some library would make Python end by the signal
        # whatever we return; one that ends well makes it forget.
        exec("")
    return code


def _understood() -> int:
    from typer.exceptions import TyperException

    from harness.model.problems import BancProblem, ConfigurationProblem
    from harness.usage import usage_problem

    try:
        # Ctrl-C in a command comes back as the code 130.
        return app(prog_name="banc", standalone_mode=False) or 0
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "banc"
        print(usage_problem(error.format_message(), command), file=sys.stderr)
        return 2
    except ConfigurationProblem as problem:
        print(problem, file=sys.stderr)
        return 2
    except BancProblem as problem:
        print(problem, file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
