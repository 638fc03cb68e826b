"""Frozen values that every layer shares: standard library only, one value a module."""
