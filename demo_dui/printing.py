"""The printed identity sheet (règle 32): an A4 page made by typst, with the DataMatrix INS."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from demo_dui import datamatrix, faults
from demo_dui.identity import Identity
from demo_dui.naming import LABELS
from demo_dui.parameters import PRINTABLE_LABELS
from demo_dui.patient_page import SEXES
from demo_dui.status import WITH_INS

_TEMPLATE = Path(__file__).parent / "templates" / "impression.typ"


async def sheet(identity: Identity, extra: tuple[str, ...]) -> bytes:
    """The PDF of an identity; `extra` names the traits that the site prints besides the minimum."""
    content = json.dumps(_content(identity, extra), ensure_ascii=False)
    # Pinned to the identity's last change: the same state prints the same bytes.
    moment = datetime.fromisoformat(identity.updated_at).replace(microsecond=0)
    return await asyncio.to_thread(_compiled, content, moment)


def _content(identity: Identity, extra: tuple[str, ...]) -> dict[str, Any]:
    with_ins = identity.shareable_matricule
    early = identity.status in WITH_INS and bool(identity.matricule)
    printed = with_ins or (early and faults.active("impression-matricule-recuperee"))
    coded = with_ins or (early and faults.active("impression-datamatrix-recuperee"))
    if faults.active("impression-datamatrix-absent"):
        coded = False
    return {
        "rows": [*_minimum(identity, printed), *_extra(identity, extra)],
        "datamatrix": datamatrix.svg(datamatrix.content(identity)) if coded else None,
        "printed_on": datetime.fromisoformat(identity.updated_at).strftime("%d/%m/%Y"),
    }


def _minimum(identity: Identity, with_ins: bool) -> list[tuple[str, str]]:
    traits = identity.traits
    born = "/".join(reversed((traits.birth_date or "").split("-")))
    name = traits.birth_name or ""
    if faults.active("impression-nom-altere"):
        name = name[:-1]
    lines = {
        "impression-sans-nom": (LABELS["birth_name"], name),
        "impression-sans-premier-prenom": (
            LABELS["first_birth_given_name"],
            traits.first_birth_given_name or "",
        ),
        "impression-sans-date": (LABELS["birth_date"], born),
        "impression-sans-sexe": (LABELS["sex"], SEXES.get(traits.sex or "", "")),
    }
    rows = [row for fault, row in lines.items() if not faults.active(fault)]
    if with_ins and not faults.active("impression-sans-matricule"):
        nature = "" if faults.active("impression-matricule-sans-nature") else f" {identity.nature}"
        rows.append(("Matricule INS", f"{identity.matricule}{nature}"))
    return rows


def _extra(identity: Identity, extra: tuple[str, ...]) -> list[tuple[str, str]]:
    if faults.active("impression-reglage-sans-effet"):
        return []
    return [(PRINTABLE_LABELS[name], _value(identity, name)) for name in extra]


def _value(identity: Identity, name: str) -> str:
    if name == "private_id":
        return identity.private_id
    return getattr(identity.traits, name) or "non renseigné"


def _compiled(content: str, moment: datetime) -> bytes:
    import typst

    pdf: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"content": content},
        timestamp=int(moment.timestamp()),
    )
    return pdf
