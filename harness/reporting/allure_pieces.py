"""The pieces of one scenario as attachments of its Allure result, heavy ones written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from harness.model.artefact import Artefact
from harness.reporting.render import TEXT, Rendering, caption, render

if TYPE_CHECKING:
    from allure_commons.logger import AllureFileLogger

HEAVY = 8_192
"""Bytes from which a rendering is shown once in a scenario, then only pointed to."""


class Pieces:
    """Writes renderings and remembers what was shown, and under which name.

    The generator loses an attachment file that two steps share, so each reference has its own.
    """

    def __init__(self, files: AllureFileLogger) -> None:
        self._files = files
        self._shown: dict[str, str] = {}
        self._captions: dict[str, str] = {}

    def attach(self, artefact: Artefact, name: str) -> Any:
        """Write an artefact's rendering and return its reference. Raises `OSError`."""
        rendering = render(artefact)
        known = artefact.sha256 in self._shown
        if known and len(rendering.content) > HEAVY:
            rendering = _pointer(artefact, self._shown[artefact.sha256])
        elif rendering.media_type != TEXT and artefact.origin:
            name = f"{name} · {artefact.origin}"
        self._shown.setdefault(artefact.sha256, name)
        self._captions.setdefault(artefact.sha256, f"{name}\n{caption(artefact)}")
        return self._written(name, rendering)

    def index(self) -> list[Any]:
        """Return the table of every piece shown, which finds each in the run folder."""
        if not self._captions:
            return []
        body = "\n\n".join(self._captions.values()).encode("utf-8", "replace")
        return [self._written("Table des pièces", Rendering(body, TEXT, "txt"))]

    def _written(self, name: str, rendering: Rendering) -> Any:
        from allure_commons.model2 import Attachment

        source = f"{uuid4()}-attachment.{rendering.extension}"
        self._files.report_attached_data(rendering.content, source)
        return Attachment(name=name, source=source, type=rendering.media_type)


def _pointer(artefact: Artefact, shown_as: str) -> Rendering:
    text = f"Pièce déjà montrée dans ce scénario, sous « {shown_as} ».\n\n{caption(artefact)}\n"
    return Rendering(text.encode("utf-8", "replace"), TEXT, "txt")
