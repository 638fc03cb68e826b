"""Simulator of the Annuaire Santé: its FHIR API v2 and its public extraction."""

from harness.simulators.annuaire.journal import AnnuaireCall
from harness.simulators.annuaire.service import AnnuaireSimulator

__all__ = ["AnnuaireCall", "AnnuaireSimulator"]
