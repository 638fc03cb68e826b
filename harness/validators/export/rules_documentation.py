"""Rules on what an export is made of and what documents it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import FIELD_LABELS, STRICT_TRAITS
from harness.validators import Check, Finding, Level, rule
from harness.validators.export.formats import UNKNOWN, ExportFile
from harness.validators.export.names import (
    NamedFile,
    expected_data,
    lines_on,
    named_files,
    names_file,
    names_format,
    says_access,
    tells_a_place,
)
from harness.validators.export.reader import (
    LISTS,
    Export,
    Guide,
    export_of,
    guide_of,
    persons,
)

_PORT = ("PORT 1",)


class Explained(NamedTuple):
    """An export, its documentation, and either a file of it or a name that is said."""

    export: Export
    guide: Guide
    file: ExportFile | None = None
    named: NamedFile | None = None


def exports(check: Check) -> Iterator[Export]:
    """Yield the export."""
    found = export_of(check)
    if found is not None:
        yield found


@rule("POR-02", cites=_PORT, each=exports, lists=LISTS)
def export_is_documented(export: Export, check: Check) -> Iterator[Finding]:
    """A documentation lists the data exported, the format and the place of each, the access."""
    guide = guide_of(check)
    if guide is None:
        yield Finding(
            "documentation",
            "un document qui dit les données exportées, leur format, leur accès et leur place",
            "aucune : ni dans l'export (LISEZ-MOI, documentation…), ni remise à part",
            "La documentation est-elle jointe à l'export, ou donnée au banc ?",
        )
        return
    formats = {file.format for file in export.files if file not in guide.files}
    for word in sorted(formats - {UNKNOWN}):
        if not names_format(guide, word):
            yield Finding("documentation", f"le format {word} des fichiers exportés", "non dit")
    if not says_access(guide):
        yield Finding(
            "documentation",
            "la manière d'obtenir l'export (menu, page, commande…)",
            "non dite",
            "Un exploitant sait-il exporter seul ?",
            Level.WARNING,
        )
    yield from _undocumented_data(export, guide, check)


def _undocumented_data(export: Export, guide: Guide, check: Check) -> Iterator[Finding]:
    entered = {trait: "?" for one in persons(check) for trait, value in one.traits.items() if value}
    for trait in expected_data(entered or dict.fromkeys(STRICT_TRAITS, "?")):
        around = list(lines_on(guide, trait))
        if not around:
            yield Finding(
                "documentation",
                f"la donnée « {FIELD_LABELS[trait]} », et sa place dans l'export",
                "non nommée",
                "La liste des données suit-elle ce que le logiciel enregistre ?",
            )
        elif not any(tells_a_place(one, export) for one in around):
            yield Finding(
                f"documentation, « {FIELD_LABELS[trait]} »",
                "sa place : un fichier, une clé, une colonne de l'export",
                "aucun nom qui soit dans l'export",
                "La place est-elle dite par les noms que l'export emploie ?",
                Level.WARNING,
            )


def files(check: Check) -> Iterator[ExportFile]:
    """Yield each file of the export."""
    for export in exports(check):
        yield from export.files


@rule("POR-03", cites=_PORT, each=files, lists=LISTS)
def file_is_readable_in_an_open_format(file: ExportFile, check: Check) -> Iterator[Finding]:
    """Each file of the export can be read, in an open format."""
    at = file.name or "export"
    if file.closed:
        yield Finding(
            at,
            "un format ouvert (JSON, CSV, XML, FHIR, PDF, texte, image…)",
            file.closed,
            "Qui n'a pas ce logiciel peut-il s'en servir ?",
        )
    elif file.problem:
        level = Level.WARNING if file.problem == "fichier vide" else None
        yield Finding(at, "un fichier lisible", file.problem, "L'export est-il entier ?", level)
    elif file.format == UNKNOWN:
        yield Finding(
            at,
            "un format ouvert que le banc reconnaît",
            f"format non reconnu ({file.content[:8]!r})",
            "Le format est-il public, et la documentation dit-elle comment le lire ?",
            Level.WARNING,
        )


def explained(check: Check) -> Iterator[Explained]:
    """Yield each file of a documented archive, then each file that its documentation names."""
    export, guide = export_of(check), guide_of(check)
    if export is None or guide is None or export.bare:
        return
    for file in export.files:
        if file not in guide.files:
            yield Explained(export, guide, file=file)
    for named in guide.view(named_files):
        if named.literal:
            yield Explained(export, guide, named=named)


@rule("POR-05", cites=_PORT, each=explained, lists=LISTS)
def documentation_and_files_agree(one: Explained, check: Check) -> Iterator[Finding]:
    """Nothing is exported that the documentation does not name, nothing it names is missing."""
    if one.file is not None and not names_file(one.guide, one.export, one.file):
        yield Finding(
            one.file.name,
            "un fichier que la documentation nomme (lui, sa forme ou son dossier)",
            "non documenté",
            "La documentation est-elle à jour de l'export ?",
        )
    if one.named is not None and not any(map(one.named.fits, one.export.paths.values())):
        yield Finding(
            one.named.written,
            "le fichier que la documentation annonce",
            "absent de l'export",
            "L'export est-il complet, ou la documentation d'une autre version ?",
        )
