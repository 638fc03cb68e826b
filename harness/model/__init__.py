"""Frozen values that every layer shares. Standard library only; import the module that holds the value."""
