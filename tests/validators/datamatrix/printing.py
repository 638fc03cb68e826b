"""Prints identities for the tests: small A4 pages by typst, their DataMatrix by ppf.datamatrix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import typst
from ppf.datamatrix import DataMatrix

from harness.model.artefact import Artefact

GS = "\x1d"
HEADER = "IS01" + "0" * 22
MAXIMA = {"S2": 20, "S3": 100, "S4": 100}
TRAITS = {
    "matricule": "279036322012369",
    "oid": "1.2.250.1.213.1.4.10",
    "birth_name": "D'ARTAGNAN-BRUN",
    "birth_given_names": "CAMILLE ANNE",
    "first_birth_given_name": "CAMILLE",
    "birth_date": "1979-03-28",
    "sex": "F",
    "birth_place_code": "63220",
    "used_name": "",
    "used_given_name": "",
}
"""A fictitious person under the test OID."""
MARGIN = 2
"""Blank modules around a symbol."""
TIMESTAMP = 1_772_000_000
"""Pinned: the same page gives the same bytes twice."""


def blocks_of(traits: Mapping[str, str]) -> dict[str, str]:
    """Return the blocks of a person, in their order."""
    year, month, day = traits["birth_date"].split("-")
    blocks = {
        "S1": traits["matricule"],
        "S2": traits["oid"],
        "S3": traits["birth_given_names"],
        "S4": traits["birth_name"],
        "S5": traits["sex"],
        "S6": f"{day}-{month}-{year}",
    }
    if traits.get("birth_place_code"):
        blocks["S7"] = traits["birth_place_code"]
    return blocks


def coded(blocks: Mapping[str, str], header: str = HEADER) -> str:
    """Return the content that the format gives to blocks, separators where they are due."""
    parts, last = [], list(blocks)[-1]
    for block_id, value in blocks.items():
        due = block_id != last and len(value) < MAXIMA.get(block_id, 0)
        parts.append(block_id + value + (GS if due else ""))
    return header + "".join(parts)


def identity_lines(traits: Mapping[str, str], *, qualified: bool = True) -> list[str]:
    """Return the minimal identity as a document prints it."""
    year, month, day = traits["birth_date"].split("-")
    lines = [
        f"Nom de naissance : {traits['birth_name']}",
        f"Premier prénom de naissance : {traits['first_birth_given_name']}",
        f"Date de naissance : {day}/{month}/{year}",
        f"Sexe : {traits['sex']}",
    ]
    if qualified:
        lines.append(f"Matricule INS : {traits['matricule']} NIR")
    return lines


@dataclass(frozen=True)
class Printed:
    """What a page bears. `content` is that of its DataMatrix; '' prints none."""

    lines: Iterable[str]
    content: str = ""
    words: str = "INS à scanner"
    size_mm: float = 15
    rectangular: bool = False
    crowded: bool = False
    """A stroke is drawn in the margin, beside the left side."""
    blank_pages: int = 0
    """Pages that come before the DataMatrix."""
    after: Iterable[str] = field(default=())
    """Lines printed below the symbol."""

    def pdf(self) -> bytes:
        """Return the PDF."""
        lines = [_paragraph(line) for line in self.lines]
        lines += ["#pagebreak()"] * self.blank_pages
        if self.content:
            lines.append(self._symbol())
            lines.append(_paragraph(self.words) if self.words else "")
        lines += [_paragraph(line) for line in self.after]
        head = '#set document(date: auto)\n#set page(paper: "a4", margin: 2cm)\n'
        return compiled(head + '#set text(lang: "fr", hyphenate: false)\n' + "\n\n".join(lines))

    def artefact(self, name: str = "impression.pdf") -> Artefact:
        """Return the PDF as an artefact."""
        return Artefact(name, self.pdf(), "application/pdf")

    def _symbol(self) -> str:
        matrix = DataMatrix(self.content, rect=self.rectangular).matrix
        rows, columns = len(matrix), len(matrix[0])
        runs = [
            f"M{found.start() + MARGIN} {y + MARGIN}h{len(found.group())}v1h-{len(found.group())}z"
            for y, row in enumerate(matrix)
            for found in re.finditer("1+", "".join(map(str, row)))
        ]
        if self.crowded:
            runs.append(f"M{MARGIN - 0.9} {MARGIN + 4}h0.6v{rows // 2}h-0.6z")
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns + 2 * MARGIN}" '
            f'height="{rows + 2 * MARGIN}"><path d="{"".join(runs)}"/></svg>'
        )
        source = svg.replace("\\", "\\\\").replace('"', '\\"')
        return f'#image(bytes("{source}"), format: "svg", width: {self.size_mm}mm)'


def _paragraph(line: str) -> str:
    return "#text(" + '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '")'


def compiled(source: str) -> bytes:
    """Return the PDF of a typst source, with the fonts of its wheel alone."""
    made = typst.compile(
        source.encode(),
        format="pdf",
        font_paths=typst.Fonts(include_system_fonts=False),
        ignore_system_fonts=True,
        timestamp=TIMESTAMP,
    )
    assert isinstance(made, bytes)
    return made


def qualified_print(traits: Mapping[str, str] = TRAITS, **changes: str) -> Printed:
    """Return the conforming document of an identity qualifiée, blocks changed as asked."""
    blocks = {**blocks_of(traits), **changes}
    return Printed(identity_lines(traits), coded(blocks))
