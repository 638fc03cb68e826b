"""DataMatrix INS: its content (rules DM-02 to DM-10), and its drawing with a quiet zone."""

from __future__ import annotations

from ppf.datamatrix import DataMatrix

from demo_dui import faults
from demo_dui.identity import OID_INS_C, Identity, with_wrong_key

HEADER = "IS01" + "0" * 22
SEPARATOR = "\x1d"
# Longest length of the fields that end with a separator when shorter.
_LONGEST = {"S2": 20, "S3": 100, "S4": 100}
_QUIET_MODULES = 2


def content(identity: Identity) -> str:
    """The text of an identity's DataMatrix: header, then S1 to S7."""
    traits = identity.traits
    year, month, day = (traits.birth_date or "").split("-")
    values = {
        "S1": identity.matricule or "",
        "S2": identity.oid or "",
        "S3": traits.birth_given_names or "",
        "S4": traits.birth_name or "",
        "S5": traits.sex or "",
        "S6": f"{day}-{month}-{year}",
        "S7": traits.birth_place_code or "",
    }
    values = _altered(values)
    given = {name: value for name, value in values.items() if value}
    last = list(given)[-1]
    text = "".join(_block(name, value, name == last) for name, value in given.items())
    header = "IS02" + "0" * 22 if faults.active("datamatrix-entete-faux") else HEADER
    return header + text


def _block(name: str, value: str, is_last: bool) -> str:
    if name == "S3" and faults.active("datamatrix-bloc-inconnu"):
        name = "T3"
    variable = name in _LONGEST and len(value) < _LONGEST[name]
    if variable and faults.active("datamatrix-sans-separateur"):
        variable = False
    return f"{name}{value}{SEPARATOR if variable and not is_last else ''}"


def _altered(values: dict[str, str]) -> dict[str, str]:
    """The values, unless a seeded fault alters one."""
    changes = {
        "datamatrix-cle-fausse": ("S1", with_wrong_key),
        "datamatrix-oid-faux": ("S2", lambda _: OID_INS_C),
        "datamatrix-minuscules": ("S4", str.lower),
        "datamatrix-sexe-inconnu": ("S5", lambda _: "I"),
        "datamatrix-date-iso": ("S6", lambda text: "-".join(reversed(text.split("-")))),
        "datamatrix-lieu-court": ("S7", lambda text: text[:4]),
        "datamatrix-autre-nom": ("S4", lambda text: f"{text}X"),
    }
    for fault, (name, change) in changes.items():
        if faults.active(fault):
            values = {**values, name: change(values[name])}
    return values


def svg(text: str) -> tuple[str, float]:
    """The drawing with its quiet zone of two modules, and its width for 1 of the symbol alone."""
    rows = DataMatrix(text).matrix
    size = len(rows) + 2 * _QUIET_MODULES
    squares = "".join(
        f"M{x + _QUIET_MODULES},{y + _QUIET_MODULES}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, module in enumerate(row)
        if module
    )
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        f'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="{squares}" fill="#000"/></svg>'
    )
    return drawing, size / len(rows)
