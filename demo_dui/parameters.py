"""Settings of the site: typed, with a default, kept as JSON in the store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from demo_dui.naming import LABELS

HIGH, LOW = "haut", "faible"
DEFAULT_PROOFS: tuple[dict[str, str], ...] = (
    {"code": "CN", "label": "Carte nationale d'identité", "trust": HIGH},
    {"code": "PA", "label": "Passeport", "trust": HIGH},
    {"code": "CS", "label": "Carte de séjour", "trust": HIGH},
    {"code": "TS", "label": "Titre de séjour", "trust": HIGH},
    {"code": "AN", "label": "Acte de naissance", "trust": HIGH},
    {"code": "LE", "label": "Livret de famille", "trust": HIGH},
    {"code": "FC", "label": "Identification électronique de niveau substantiel", "trust": HIGH},
    {"code": "PC", "label": "Permis de conduire", "trust": LOW},
    {"code": "CV", "label": "Carte Vitale", "trust": LOW},
    {"code": "DE", "label": "Déclaration de la personne, sans pièce", "trust": LOW},
)
PRINTABLE = (
    "birth_given_names",
    "birth_place_code",
    "used_name",
    "used_given_name",
    "private_id",
)
PRINTABLE_LABELS = {name: LABELS.get(name, "Identifiant local (IPP)") for name in PRINTABLE}
# The GAP of the demonstration, and the sender of the published PAM samples.
OWN_DOMAINS = ("BANC", "CHU-X")
DEFAULTS: dict[str, Any] = {
    "show_optional_traits": True,
    "printed_traits": [],
    "justificatifs": [dict(proof) for proof in DEFAULT_PROOFS],
    "auto_validation": False,
    "propagate_changes": True,
    "trusted_domains": list(OWN_DOMAINS),
    "trust_contracts": [],
    "idle_seconds": 1200,
    "lock_after": 5,
    "lock_seconds": 900,
    "renewal_days": {
        "mot-de-passe-professionnel": 365,
        "mot-de-passe-usager": 365,
        "totp": 730,
    },
    "directory_refresh_days": 7,
    "privileged_password_length": 15,
}

# Settings whose parts may be given one by one.
_COMPLETED = ("renewal_days",)


class WrongSettingError(ValueError):
    """A setting is refused; the message says which and what was expected, in French."""


class Parameters:
    """The settings, over the connection of the store."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def read(self, name: str) -> Any:
        """Value of a setting, or its default."""
        row = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return DEFAULTS.get(name) if row is None else json.loads(row[0])

    def write(self, name: str, value: object) -> None:
        """Keep a setting as it is; callers check it with `checked` before."""
        if name in _COMPLETED and isinstance(value, dict):
            value = {**self.read(name), **value}
        sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)"
        self._db.execute(sql, (name, json.dumps(value, ensure_ascii=False)))

    def all(self) -> dict[str, Any]:
        """Every setting that the business API shows."""
        return {name: self.read(name) for name in DEFAULTS}

    def trust_of(self, code: str) -> str | None:
        """Trust level of a kind of justificatif, or None when the site does not admit it."""
        return next((p["trust"] for p in self.read("justificatifs") if p["code"] == code), None)

    def label_of(self, code: str) -> str:
        """Label of a kind of justificatif; the code itself when it is no longer listed."""
        return next((p["label"] for p in self.read("justificatifs") if p["code"] == code), code)


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """The settings asked for, checked; WrongSettingError names the first that is wrong."""
    for name, value in body.items():
        if name not in DEFAULTS:
            known = ", ".join(DEFAULTS)
            raise WrongSettingError(f"Paramètre « {name[:30]} » inconnu, attendu : {known}.")
        problem = _CHECKS[name](value)
        if problem:
            raise WrongSettingError(f"{name} : {problem}.")
    return dict(body)


def _flag(value: object) -> str:
    return "" if isinstance(value, bool) else "vrai ou faux attendu"


def _words(value: object) -> str:
    good = isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value)
    return "" if good else "liste de textes non vides attendue"


def _printed(value: object) -> str:
    if _words(value) or not isinstance(value, list) or set(value) - set(PRINTABLE):
        return f"liste de traits attendue, parmi {', '.join(PRINTABLE)}"
    return ""


def _proofs(value: object) -> str:
    if not isinstance(value, list) or not value:
        return "liste non vide de justificatifs attendue"
    for proof in value:
        if not isinstance(proof, dict) or set(proof) != {"code", "label", "trust"}:
            return "chaque justificatif porte code, label et trust"
        if not all(isinstance(v, str) and v.strip() for v in proof.values()):
            return "code, label et trust sont des textes non vides"
        if proof["trust"] not in {HIGH, LOW}:
            return f"trust « {proof['trust'][:10]} » refusé, attendu {HIGH} ou {LOW}"
    codes = [proof["code"] for proof in value]
    return "" if len(codes) == len(set(codes)) else "un code est donné deux fois"


def _whole(least: int, most: int) -> Callable[[object], str]:
    def check(value: object) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if good else f"entier de {least} à {most} attendu"

    return check


_DAYS = _whole(1, 3650)


def _renewals(value: object) -> str:
    known = DEFAULTS["renewal_days"]
    if not isinstance(value, dict) or not value or set(value) - set(known):
        return f"objet attendu, moyen → jours, parmi {', '.join(known)}"
    wrong = [name for name, days in value.items() if _DAYS(days)]
    return f"{wrong[0]}, {_DAYS(value[wrong[0]])} (jours)" if wrong else ""


_CHECKS: dict[str, Callable[[object], str]] = {
    "show_optional_traits": _flag,
    "printed_traits": _printed,
    "justificatifs": _proofs,
    "auto_validation": _flag,
    "propagate_changes": _flag,
    "trusted_domains": _words,
    "trust_contracts": _words,
    "idle_seconds": _whole(1, 86_400),
    "lock_after": _whole(1, 100),
    "lock_seconds": _whole(1, 604_800),
    "renewal_days": _renewals,
    "directory_refresh_days": _whole(1, 30),
    "privileged_password_length": _whole(12, 64),
}
