"""What the target prints, as PDF: by its API (operation `print`), or handed over by a person."""

from __future__ import annotations

from harness.model.artefact import Artefact
from harness.model.identity import FIELD_LABELS
from harness.model.problems import Inconclusive
from harness.targets.attended import Terminal
from harness.targets.base import PatientRef
from harness.targets.http import HttpApi

PDF_MEDIA_TYPE = "application/pdf"
_NAME = "Identité imprimée"
_MARK = b"%PDF-"
_HEAD = 1024
"""Bytes among which the mark of a PDF stands: some printers write a few before it."""


class HttpPrinting:
    """Offers `Printing` by the operations `print` and, for the choice of traits, `print_settings`.

    `print_settings` fills `"{traits}"` with the list of the fields, and `{birth_place_code}`… with
    `oui` or `non` for each of them.
    """

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def print_identity(self, patient: PatientRef) -> Artefact:
        """Return the PDF. Raises `UnexpectedAnswer` for anything else, or beyond 10 MB."""
        answer = self._api.fetch(
            "print", PDF_MEDIA_TYPE, id=patient.id, private_id=patient.private_id
        )
        if _MARK not in answer.body[:_HEAD]:
            raise answer.unexpected("un PDF (%PDF-…)")
        return answer.artefact(_NAME)

    def choose_traits(self, traits: tuple[str, ...]) -> None:
        """Set the further traits to print. Raises `Inconclusive` when the software refuses."""
        each = {name: "oui" if name in traits else "non" for name in FIELD_LABELS}
        reading = self._api.call("print_settings", traits=list(traits), **each)
        if not reading.accepted:
            said = reading.text("message") or f"statut {reading.answer.status}"
            raise Inconclusive(f"le réglage des traits imprimés a été refusé : {said}")


class AttendedPrinting:
    """A person prints to a PDF file and gives its path."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def print_identity(self, patient: PatientRef) -> Artefact:
        """Have the person print, until the file is a PDF."""
        name = patient.private_id or patient.id
        while True:
            path, content = self._terminal.file(
                f"ÉTAPE : imprimez en PDF un document du patient {name}, puis donnez son chemin :"
            )
            if _MARK in content[:_HEAD]:
                origin = f"fichier remis par l'opérateur : {path.name}"
                return Artefact(_NAME, content, PDF_MEDIA_TYPE, origin)
            self._terminal.say(f"  {path.name} n'est pas un PDF : imprimez « en PDF »")

    def choose_traits(self, traits: tuple[str, ...]) -> None:
        """Have the person change the setting. Raises `Inconclusive` when it cannot be done."""
        labels = ", ".join(FIELD_LABELS[name] for name in traits) or "aucun"
        self._terminal.say(f"ÉTAPE : réglez les traits imprimés en plus : {labels}.")
        if not self._terminal.confirm("Le réglage est-il fait ?"):
            raise Inconclusive("le réglage des traits imprimés n'a pas pu être fait")
