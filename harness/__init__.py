"""The banc de conformité: the few words that a scenario imports.

`requirement(*ids)` says which official exigences a file checks; `scenario(*ids, title)` says which
official scénarios de conformité a test plays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.marks import requirement, scenario

__version__ = "0.1.0"
__all__ = ["__version__", "requirement", "scenario"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: `banc --help` must not pay for pytest.
    if name in ("requirement", "scenario"):
        from harness import marks as words

        return getattr(words, name)
    raise AttributeError(f"module 'harness' has no attribute {name!r}")
