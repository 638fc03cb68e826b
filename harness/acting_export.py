"""The portability export, as a scenario asks for it and says what it must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.acting import Patient
from harness.model.artefact import Artefact
from harness.model.check import Check
from harness.model.identity import IdentityStatus
from harness.model.releve import IdentityReleve
from harness.validators.screen.reader import named_status

if TYPE_CHECKING:
    from harness.dossier import Dossier
    from harness.model.check import Settings
    from harness.targets.drivers import Drivers


class ExportDesk:
    """The export of everything that the target holds, and its documentation."""

    def __init__(self, drivers: Drivers, settings: Settings) -> None:
        self._drivers = drivers
        self._settings = settings

    def take(self) -> Artefact:
        """Return the export, as the software gives it."""
        return self._drivers.export.take()

    def documentation(self) -> dict[str, Artefact]:
        """Return the documentation that is not inside the export, by role; nothing otherwise."""
        found = self._drivers.export.documentation()
        return {} if found is None else {"documentation": found}

    def guides(self, archive: Artefact) -> tuple[Artefact, ...]:
        """Return the documentation that is inside an export, as pieces for a reader."""
        from harness.validators.export.reader import read_export

        return tuple(
            Artefact(one.name, one.content, _SHOWN.get(one.format, "text/plain"), archive.name)
            for one in read_export(archive).guides
        )

    def entered(self, *held: tuple[Patient, Artefact]) -> dict[str, Any]:
        """Return what the export must hold of patients: the traits entered.

        Each comes with its relevé, whose status says whether the INS is among them: it is that
        of the person only once the identity is qualifiée.
        """
        return {"persons": [_expected(patient, releve) for patient, releve in held]}

    def judge_transfers(self, dossier: Dossier, archive: Artefact) -> None:
        """Judge each TDDUI Bundle of an export by the rules of FHIR.

        An exigence asks for an open format, not for this one: an export without any is not held
        to them.
        """
        for bundle in self._transfers(archive):
            dossier.verify_whole("fhir", subject=bundle)

    def _transfers(self, archive: Artefact) -> list[Artefact]:
        from harness.model.artefact import FHIR_MEDIA_TYPE
        from harness.validators.export.reader import read_export
        from harness.validators.fhir.tddui import sendings

        bundles = [
            Artefact(one.name or archive.name, one.content, FHIR_MEDIA_TYPE, archive.name)
            for one in read_export(archive).files
            if one.format == "FHIR" and isinstance(one.tree, dict)
        ]
        return [
            one
            for one in bundles
            if any(True for _ in sendings(Check({"subject": one}, settings=self._settings)))
        ]


_SHOWN = {"PDF": "application/pdf", "HTML": "text/html"}


def _expected(patient: Patient, releve: Artefact) -> dict[str, Any]:
    held = IdentityReleve.parse(releve)
    qualified = named_status(held.status) is IdentityStatus.QUALIFIEE
    return {
        "private_id": patient.ref.private_id or patient.person.private_id,
        "traits": dict(patient.traits if qualified else patient.typed_traits),
    }
