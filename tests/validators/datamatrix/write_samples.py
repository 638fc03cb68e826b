"""Writes the samples of the DM and IMP rules, when run as a module.

Each sample is one line of a table below; the PDFs are kept in the repository, since another
version of typst would draw other bytes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.validators.datamatrix.printing import (
    GS,
    HEADER,
    TRAITS,
    Printed,
    blocks_of,
    coded,
    identity_lines,
    qualified_print,
)
from tests.validators.samples import MESSAGES

FOLDER = MESSAGES / "datamatrix"
BLOCKS = blocks_of(TRAITS)
CONTENT = coded(BLOCKS)
LINES = identity_lines(TRAITS)
BARE = identity_lines(TRAITS, qualified=False)
LONG = {
    **TRAITS,
    "birth_name": ("MARTIN-DE-LA-TOUR " * 6)[:100].strip(" -").ljust(100, "X"),
    "birth_given_names": ("MARIE-CHRISTINE ANNE " * 6)[:90].strip(),
    "first_birth_given_name": "MARIE-CHRISTINE",
}
CORSICAN = {**TRAITS, "matricule": "279032A00412374", "birth_place_code": "2A004"}


def swapped(old: str, new: str) -> list[str]:
    """Return the lines of the identity with one text replaced."""
    return [line.replace(old, new) for line in LINES]


CONTENT_ONLY: dict[str, Printed] = {
    "conformes/qualifiee": qualified_print(),
    "conformes/corse": qualified_print(CORSICAN),
    "conformes/nom-de-100-caracteres": qualified_print(LONG),
    "conformes/sans-lieu": qualified_print({**TRAITS, "birth_place_code": ""}),
    "conformes/dix-millimetres": replace(qualified_print(), size_mm=10),
    "fautifs/DM-01/trait-dans-la-marge": replace(qualified_print(), crowded=True),
    "fautifs/DM-01/sans-mention": replace(qualified_print(), words=""),
    "fautifs/DM-01/mention-loin": replace(
        qualified_print(), words="", lines=["INS à scanner", *LINES, *[" "] * 8]
    ),
    "fautifs/DM-02/version-02": Printed(LINES, coded(BLOCKS, "IS02" + "0" * 22)),
    "fautifs/DM-02/en-tete-court": Printed(LINES, coded(BLOCKS, HEADER[:-1])),
    "fautifs/DM-02/sans-en-tete": Printed(LINES, coded(BLOCKS, "")),
    "fautifs/DM-03/bloc-inconnu": Printed(
        LINES, coded({**blocks_of({**TRAITS, "birth_place_code": ""}), "S8": "NIR"})
    ),
    "fautifs/DM-03/sexe-deux-fois": Printed(LINES, CONTENT.replace("S5F", "S5FS5F")),
    "fautifs/DM-03/sans-nom": Printed(
        LINES, coded({key: value for key, value in BLOCKS.items() if key != "S4"})
    ),
    "fautifs/DM-04/cle-fausse": qualified_print(S1="279036322012370"),
    "fautifs/DM-04/sans-cle": qualified_print(S1="2790363220123"),
    "fautifs/DM-05/ins-calcule": qualified_print(S2="1.2.250.1.213.1.4.2"),
    "fautifs/DM-05/oid-coupe": qualified_print(S2="1.2.250.1.213.1.4"),
    "fautifs/DM-06/minuscules": qualified_print(S3="Camille Anne"),
    "fautifs/DM-06/trop-long": qualified_print(S3="ANNE " * 21 + "ANNE"),
    "fautifs/DM-07/sexe-inconnu": qualified_print(S5="I"),
    "fautifs/DM-08/date-iso": qualified_print(S6="1979-03-28"),
    "fautifs/DM-08/barres-obliques": qualified_print(S6="28/03/1979"),
    "fautifs/DM-09/quatre-caracteres": qualified_print(S7="6322"),
    "fautifs/DM-09/avant-le-nom": Printed(
        LINES, coded({key: BLOCKS[key] for key in ("S1", "S2", "S3", "S7", "S4", "S5", "S6")})
    ),
    "fautifs/DM-10/sans-separateur": Printed(LINES, CONTENT.replace(GS, "", 1)),
    "fautifs/DM-10/espace-a-la-place": Printed(LINES, CONTENT.replace(GS, " ", 1)),
    "fautifs/DM-10/apres-longueur-fixe": Printed(LINES, CONTENT.replace("S21", f"{GS}S21")),
    "fautifs/DM-10/a-la-fin": Printed(LINES, CONTENT + GS),
    "fautifs/DM-12/autre-nom": qualified_print(S4="ATHOS"),
    "fautifs/DM-12/autre-prenom": qualified_print(S3="ANNE"),
    "fautifs/DM-12/autre-date": qualified_print(S6="29-03-1979"),
    "fautifs/DM-12/autre-sexe": qualified_print(S5="M"),
    "fautifs/DM-12/autre-matricule": qualified_print(S1="279036322012468"),
}
"""Path under the folder → the PDF that is judged alone."""

OID_NIA_TRAITS = {**TRAITS, "oid": "1.2.250.1.213.1.4.9"}
NIA_LINES = swapped(" NIR", " NIA")
FURTHER = ["Lieu de naissance : 63220", "Nom utilisé : D'ARTAGNAN"]
FURTHER_TRAITS = {**TRAITS, "used_name": "D'ARTAGNAN"}
GROUPED = "Matricule INS : 2 79 03 63 220 123 69"
HELD: dict[str, tuple[Printed, dict[str, str], str, list[str]]] = {
    "conformes/identite-qualifiee": (qualified_print(), TRAITS, "qualifiée", []),
    "conformes/identite-nia": (
        Printed(NIA_LINES, coded(blocks_of(OID_NIA_TRAITS))),
        OID_NIA_TRAITS,
        "qualifiée",
        [],
    ),
    "conformes/identite-recuperee": (Printed(BARE), TRAITS, "récupérée", []),
    "conformes/identite-provisoire": (
        Printed([*BARE, "Numéro de sécurité sociale de l'assuré : 279036322012369"]),
        {**TRAITS, "matricule": "", "oid": ""},
        "provisoire",
        [],
    ),
    "conformes/traits-supplementaires": (
        Printed([*LINES, *FURTHER], CONTENT),
        FURTHER_TRAITS,
        "qualifiée",
        ["birth_place_code", "used_name"],
    ),
    "conformes/en-tableau": (
        Printed(
            [
                "Nom de naissance Premier prénom Date de naissance Sexe",
                "D'ARTAGNAN-BRUN CAMILLE 28/03/1979 F",
                f"{GROUPED} (NIR)",
            ],
            CONTENT,
        ),
        TRAITS,
        "qualifiée",
        [],
    ),
    "conformes/sous-les-libelles": (
        Printed(
            [part for line in LINES for part in line.split(" : ")],
            CONTENT,
        ),
        TRAITS,
        "qualifiée",
        [],
    ),
    "fautifs/DM-11/identite-recuperee": (Printed(BARE, CONTENT), TRAITS, "récupérée", []),
    "fautifs/DM-11/identite-validee": (Printed(BARE, CONTENT), TRAITS, "validée", []),
    "fautifs/IMP-01/sans-sexe": (
        Printed([*LINES[:3], LINES[4]], CONTENT),
        TRAITS,
        "qualifiée",
        [],
    ),
    "fautifs/IMP-01/sans-nom-de-naissance": (Printed(BARE[1:]), TRAITS, "récupérée", []),
    "fautifs/IMP-02/sans-nature": (
        Printed(swapped(" NIR", ""), CONTENT),
        TRAITS,
        "qualifiée",
        [],
    ),
    "fautifs/IMP-02/autre-nature": (Printed(NIA_LINES, CONTENT), TRAITS, "qualifiée", []),
    "fautifs/IMP-02/sans-matricule": (Printed(BARE, CONTENT), TRAITS, "qualifiée", []),
    "fautifs/IMP-03/matricule": (Printed(LINES), TRAITS, "récupérée", []),
    "fautifs/IMP-03/matricule-en-groupes": (
        Printed([*BARE, GROUPED]),
        TRAITS,
        "validée",
        [],
    ),
    "fautifs/IMP-03/oid": (
        Printed([*BARE, "OID : 1.2.250.1.213.1.4.10"]),
        TRAITS,
        "récupérée",
        [],
    ),
    "fautifs/IMP-04/sans-datamatrix": (Printed(LINES), TRAITS, "qualifiée", []),
    "fautifs/IMP-04/page-deux": (
        Printed(LINES, CONTENT, blank_pages=1),
        TRAITS,
        "qualifiée",
        [],
    ),
    "fautifs/IMP-06/autre-prenom": (
        Printed(["Premier prénom : MAXIME", *BARE[:1], *BARE[2:]]),
        {**TRAITS, "matricule": "", "oid": ""},
        "validée",
        [],
    ),
    "fautifs/IMP-06/nom-coupe": (
        Printed(swapped("D'ARTAGNAN-BRUN", "D'ARTAGNAN"), CONTENT),
        TRAITS,
        "qualifiée",
        [],
    ),
    "fautifs/IMP-05/lieu-absent": (
        qualified_print(),
        TRAITS,
        "qualifiée",
        ["birth_place_code"],
    ),
}
"""Path under the folder → the PDF, its person, their status, the further traits demanded."""


def record(pdf: str, traits: dict[str, str], status: str, further: list[str]) -> dict[str, Any]:
    """Return the check of a document and of the identity behind it."""
    holder = {"kind": "identité", "patient_id": "1", "source": "api", "status": status, **traits}
    expected = {"printed_traits": further} if further else {}
    return {
        "artefacts": {"subject": {"file": pdf}, "holder": {"json": holder}},
        "expected": expected,
    }


def write() -> None:
    """Write every sample."""
    for path, printed in CONTENT_ONLY.items():
        file = FOLDER / f"{path}.pdf"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(printed.pdf())
    # A PDF judged with its holder stands apart: alone in its folder it would be a sample too.
    (FOLDER / "pdf").mkdir(exist_ok=True)
    for path, (printed, traits, status, further) in HELD.items():
        name = "-".join(path.split("/")[1:]) + ".pdf"
        (FOLDER / "pdf" / name).write_bytes(printed.pdf())
        file = FOLDER / f"{path}.check.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        pdf = "/".join([*[".."] * path.count("/"), "pdf", name])
        text = json.dumps(record(pdf, traits, status, further), ensure_ascii=False, indent=1)
        file.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
