"""The profile words that rulings use in `when`, and what each asks of a profile."""

from __future__ import annotations

from collections.abc import Callable

from harness.model.profile import IdentityReference, Profile

PROFILE_WORDS: dict[str, Callable[[Profile], bool]] = {
    "esclave": lambda p: not p.is_identity_reference,
    "ri-en-es": lambda p: p.identity_reference is IdentityReference.RI_ETABLISSEMENT,
    "ri-hors-es": lambda p: p.identity_reference is IdentityReference.RI_HORS_ETABLISSEMENT,
    "sans-ins": lambda p: not p.ins_applicable,
    "sans-impression": lambda p: not p.printing,
    "sans-copies": lambda p: not p.id_copies_stored,
    "sans-apcv": lambda p: not p.apcv,
    "sans-acces-pro": lambda p: not p.professional_access,
    "sans-acces-usager": lambda p: not p.patient_access,
    "declaration-simple": lambda p: p.simple_declaration_only,
}
"""Word → predicate: True when the ruling fires for that profile."""

PROFILE_NAMES = (
    "Général",
    "RI",
    "RI en ES",
    "RI hors ES",
    "Stockage",
    "Accès Pro",
    "Accès Usager",
    "ApCV",
)
"""Profiles of the DMN grid, shortened; the Ségur tables use the same words."""

CONDITIONS = ("", "impression")
"""Conditions under which an exigence or a scenario is asked for; empty = always."""
