"""Reads what the files of `scenarios/` declare, without importing them (no pytest needed).

`pytestmark = requirement("INS 34")` names the exigences of a file, `@requirement(…)` those of a
test, `@scenario("INS 34.1", "titre")` the official scenarios of a test. Rules are the texts of the
file that are ids of known rules: those of a test, and those written at the top of its file.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

from harness.catalogue.coverage import DeclaredScenario
from harness.catalogue.errors import CatalogueError

Test = ast.FunctionDef | ast.AsyncFunctionDef


def declared_in(folder: Path, rule_ids: Collection[str] = ()) -> tuple[DeclaredScenario, ...]:
    """Return the declared scenarios of every `test_*.py` under `folder`, in the order of files.

    Items are named from the parent of `folder` (`scenarios/ins/test_x.py::test_y`). Raises
    `CatalogueError` on an id that is not written out, or on a file that is not Python.
    """
    known = frozenset(rule_ids)
    found: list[DeclaredScenario] = []
    for path in sorted(folder.rglob("test_*.py")):
        name = path.relative_to(folder.parent).as_posix()
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (OSError, SyntaxError, ValueError) as error:
            raise CatalogueError(name, "(fichier)", f"Python illisible, {error}") from error
        found.extend(_of_file(tree, name, known))
    return tuple(found)


def _of_file(tree: ast.Module, name: str, known: frozenset[str]) -> Iterator[DeclaredScenario]:
    tests: list[Test] = []
    rest: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, Test) and node.name.startswith("test_"):
            tests.append(node)
        else:
            rest.append(node)
    marks = [node for node in rest if _is_pytestmark(node)]
    of_file = [
        key for mark in marks for call in _calls(mark, "requirement") for key in _ids(call, name)
    ]
    shared = [rule for node in rest for rule in _named(node, known)]
    for test in tests:
        yield _of_test(test, name, tuple(of_file), tuple(shared), known)


def _of_test(
    test: Test, name: str, of_file: tuple[str, ...], shared: tuple[str, ...], known: frozenset[str]
) -> DeclaredScenario:
    requirement_ids = list(of_file)
    scenario_ids: list[str] = []
    attended = False
    for decorator in test.decorator_list:
        for call in _calls(decorator, "requirement"):
            requirement_ids += _ids(call, name)
        for call in _calls(decorator, "scenario"):
            scenario_ids += _ids(call, name)[:-1]
            attended |= any(
                k.arg == "attended" and getattr(k.value, "value", False) is True
                for k in call.keywords
            )
    rules = (*shared, *(rule for node in test.body for rule in _named(node, known)))
    return DeclaredScenario(
        f"{name}::{test.name}",
        tuple(dict.fromkeys(requirement_ids)),
        tuple(dict.fromkeys(scenario_ids)),
        attended,
        tuple(dict.fromkeys(rules)),
    )


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def _calls(tree: ast.AST, word: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == word:
            yield node


def _ids(call: ast.Call, name: str) -> list[str]:
    """Return the texts given to a mark: one by one, or as a starred tuple of texts."""
    ids: list[str] = []
    for argument in call.args:
        parts = [argument]
        if isinstance(argument, ast.Starred) and isinstance(argument.value, ast.Tuple):
            parts = argument.value.elts
        for part in parts:
            if not isinstance(part, ast.Constant) or not isinstance(part.value, str):
                key = f"ligne {call.lineno}"
                raise CatalogueError(name, key, "identifiant officiel à écrire en toutes lettres")
            ids.append(part.value)
    return ids


def _named(tree: ast.AST, known: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in known:
            yield node.value
