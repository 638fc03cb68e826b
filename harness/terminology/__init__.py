"""Code lists that rules read: one TOML file a list, with its source, version and date."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def code_list(name: str) -> Mapping[str, Any]:
    """Return the table of `<name>.toml`, read once.

    Raises `FileNotFoundError` for a list that does not exist.
    """
    import tomllib

    with (Path(__file__).parent / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
