"""Rules on FR Core Practitioners: the national identifiers of professionals."""

from __future__ import annotations

from collections.abc import Iterator

from harness.validators import Check, Finding, Level, rule
from harness.validators.fhir.document import Resource
from harness.validators.fhir.elements import listed, text, type_codes
from harness.validators.fhir.tddui import sent

_SYSTEMS = {
    "IDNPS": "urn:oid:1.2.250.1.71.4.2.1",
    "RPPS": "https://rpps.esante.gouv.fr",
}
"""Type code of a slice → the system that it fixes."""
_RPPS_LENGTH = 11


def practitioners(check: Check) -> Iterator[Resource]:
    """Yield the Practitioners, when they are judged by FR Core 2.2.0."""
    if check.settings.fr_core != "2.2.0":
        return
    for found in sent(check):
        yield from found.of_kind("Practitioner")


@rule("FR-PRA-01", standard="FR Core 2.2.0, profil fr-core-practitioner", each=practitioners)
def national_identifiers_fill_their_slices(one: Resource, check: Check) -> Iterator[Finding]:
    """A Practitioner has at most one national identifier and one RPPS, each in its system."""
    seen: dict[str, int] = {}
    for index, identifier in enumerate(listed(one.data, "identifier")):
        path = f"{one.path}.identifier[{index}]"
        system, value = text(identifier, "system"), text(identifier, "value")
        for code in {code for _, code in type_codes(identifier)} & _SYSTEMS.keys():
            seen[code] = seen.get(code, 0) + 1
            if system != _SYSTEMS[code]:
                yield Finding(
                    f"{path}.system",
                    f"{_SYSTEMS[code]} pour le type {code}",
                    system[:120] or "absent",
                    "Le système et le type viennent-ils de la même source ?",
                )
        if system == _SYSTEMS["RPPS"] and not _is_rpps(value):
            yield Finding(
                f"{path}.value",
                f"un numéro RPPS de {_RPPS_LENGTH} chiffres dont la clé est juste",
                value[:20] or "absent",
                "Le numéro est-il celui d'un exemple publié ?",
                Level.WARNING,
            )
    for code, times in seen.items():
        if times > 1:
            yield Finding(f"{one.path}.identifier", f"au plus un identifiant {code}", f"{times}")


def _is_rpps(value: str) -> bool:
    """Tell whether a number has the length and the Luhn key of an RPPS number."""
    if len(value) != _RPPS_LENGTH or not (value.isascii() and value.isdigit()):
        return False
    total = 0
    for place, digit in enumerate(reversed(value)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0
