"""Functions of the launcher that can be called: refusal of an old Python, arguments of pytest."""

import ast
import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

BANC = Path(__file__).resolve().parents[2] / "banc"


@pytest.fixture(scope="module")
def launcher():
    """The launcher as a module (it has no .py in its name)."""
    loader = SourceFileLoader("banc_launcher", str(BANC))
    spec = importlib.util.spec_from_loader("banc_launcher", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("version", [(3, 6), (3, 10), (2, 7)])
def test_an_old_python_is_refused_in_french(launcher, version):
    message = launcher.refusal_of_python(version)
    assert "Python 3.11 au moins est requis" in message
    assert f"celui-ci est le {version[0]}.{version[1]}" in message
    assert "py -3.11 banc demo" in message


@pytest.mark.parametrize("version", [(3, 11), (3, 14), (4, 0)])
def test_a_recent_python_is_not_refused(launcher, version):
    assert launcher.refusal_of_python(version) == ""


def test_an_old_python_can_read_the_file_to_refuse_it():
    ast.parse(BANC.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_launcher_is_small_and_needs_the_standard_library_alone():
    source = BANC.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 400
    nodes = list(ast.walk(ast.parse(source)))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    standard = {"contextlib", "hashlib", "json", "os", "shutil", "subprocess", "sys", "time"}
    assert plain | named == standard | {"fcntl", "msvcrt", "collections.abc"}


@pytest.mark.parametrize(
    "given", [["tests/hl7v2/test_reader.py"], ["-n", "4"], ["--pdb"], ["-p", "no:xdist"]]
)
def test_a_choice_of_the_user_is_kept(launcher, given):
    assert launcher.pytest_arguments(given) == given


def test_the_whole_suite_runs_on_two_workers_at_most(launcher, monkeypatch):
    monkeypatch.setattr(launcher.os, "cpu_count", lambda: 16)
    assert launcher.pytest_arguments(["-q"]) == ["-n", "2", "--dist", "loadfile", "-q"]
