"""The layers import downwards only, and the embedded target shares no code with the harness."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TIERS = {
    "model": 0,
    "terminology": 0,
    "packs": 1,
    "validators": 1,
    "evidence": 1,
    "catalogue": 1,
    "simulators": 2,
    "targets": 2,
    "reporting": 3,
}
TOP = 4
FORBIDDEN_TO_VALIDATORS = {"pytest", "socket", "ssl", "allure", "requests", "aiohttp", "asyncio"}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def tier(module: str) -> int:
    parts = module.split(".")
    return TIERS.get(parts[1], TOP) if len(parts) > 1 else TOP


@pytest.mark.parametrize("path", modules("harness"), ids=lambda p: str(p.relative_to(ROOT)))
def test_harness_module_imports_its_tier_or_below(path: Path) -> None:
    own = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for name in imported(path):
        assert not name.startswith("demo_dui"), f"{own} imports {name}"
        if name.startswith("harness."):
            assert tier(name) <= tier(own), f"{own} imports {name}, which lies above it"


@pytest.mark.parametrize("path", modules("demo_dui"), ids=lambda p: str(p.relative_to(ROOT)))
def test_embedded_target_shares_no_code_with_the_harness(path: Path) -> None:
    assert not [name for name in imported(path) if name.split(".")[0] == "harness"]


@pytest.mark.parametrize(
    "path", modules("harness/validators"), ids=lambda p: str(p.relative_to(ROOT))
)
def test_rules_know_nothing_of_pytest_sockets_or_allure(path: Path) -> None:
    assert not FORBIDDEN_TO_VALIDATORS & {name.split(".")[0] for name in imported(path)}
