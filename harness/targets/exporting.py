"""What the target exports (portability): by its API, or files that a person hands over.

The HTTP operations are `export` and, when the documentation is not inside, `export_guide`.
"""

from __future__ import annotations

from harness.model.artefact import Artefact
from harness.targets.attended import Terminal
from harness.targets.http import HttpApi

EXPORT_TYPES = (
    *("application/zip", "application/x-zip-compressed", "application/octet-stream"),
    *("application/json", "application/fhir+json", "application/x-ndjson"),
    *("application/xml", "text/xml", "text/csv"),
)
GUIDE_TYPES = (
    *("text/plain", "text/markdown", "text/html", "application/pdf", "application/octet-stream"),
)
_EXPORT = "Export de portabilité"
_GUIDE = "Documentation de l'export"
_ZIP = b"PK\x03\x04"


class HttpExport:
    """Offers `Export` by the operations `export` and, if described, `export_guide`."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def take(self) -> Artefact:
        """Return the export. Raises `UnexpectedAnswer` for another type, or beyond 10 MB."""
        answer = self._api.fetch("export", *EXPORT_TYPES)
        if not answer.body.strip():
            raise answer.unexpected("un export qui ne soit pas vide")
        return answer.artefact(_EXPORT)

    def documentation(self) -> Artefact | None:
        """Return the answer of `export_guide`. Raises `UnexpectedAnswer` for another type."""
        if not self._api.describes("export_guide"):
            return None
        return self._api.fetch("export_guide", *GUIDE_TYPES).artefact(_GUIDE)


class AttendedExport:
    """A person exports, and gives the paths of the export and of its documentation."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def take(self) -> Artefact:
        """Have the person export everything, until the file is not empty."""
        while True:
            path, content = self._terminal.file(
                "ÉTAPE : lancez l'export complet des données (portabilité), puis donnez le chemin "
                "du fichier obtenu (s'il y en a plusieurs, réunissez-les dans un ZIP) :"
            )
            if content.strip():
                kind = "application/zip" if content.startswith(_ZIP) else "application/octet-stream"
                return Artefact(_EXPORT, content, kind, _origin(path.name))
            self._terminal.say(f"  {path.name} est vide : refaites l'export")

    def documentation(self) -> Artefact | None:
        """Have the person give the documentation, unless it is in the export."""
        if self._terminal.confirm("La documentation de l'export est-elle dans l'export ?"):
            return None
        if not self._terminal.confirm("Avez-vous un document à part qui décrit l'export ?"):
            return None
        path, content = self._terminal.file("Chemin de ce document (PDF, texte ou HTML) :")
        return Artefact(_GUIDE, content, "application/octet-stream", _origin(path.name))


def _origin(name: str) -> str:
    return f"fichier remis par l'opérateur : {name}"
