"""The keys that a software presents to the simulators, kept so that it is set up once."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from harness.model.problems import HarnessFault


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """The key of the Annuaire's API and that of the SMS gateway; empty ones are drawn."""

    annuaire: str = field(default="", repr=False)
    sms: str = field(default="", repr=False)


DRAWN = ServiceKeys()


def kept_keys(path: Path) -> ServiceKeys:
    """Return the keys of a file, made for its owner alone when it is absent.

    Raises `HarnessFault` when it can be neither read nor written.
    """
    try:
        if not path.exists():
            _write(path)
        written = json.loads(path.read_text(encoding="utf-8"))
        return ServiceKeys(annuaire=str(written["annuaire"]), sms=str(written["sms"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HarnessFault(
            f"les clés des simulateurs ne se lisent pas dans {path} ({error!r}) : supprimez ce "
            "fichier, le banc en fera d'autres, à redonner au logiciel"
        ) from error


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = {name: secrets.token_urlsafe(24) for name in ("annuaire", "sms")}
    beside = path.with_suffix(f".{os.getpid()}.partiel")
    # Readable by its owner alone from the first byte (Windows keeps the rights of the folder).
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(drawn, file, indent=1)
    beside.replace(path)
