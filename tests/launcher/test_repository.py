"""Files that the launcher and CI rest on: locks, attributes, licence, notice, CI script."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")
GENERATOR = REPOSITORY / "harness/reporting/allure_generator"
RELYING_PARTY = REPOSITORY / "tests/simulators/psc/openid_client"


def pins(lock):
    """Return {package: version} of a lock in pip's format."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes_and_no_host_is_named(lock):
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert pins(lock)
    assert all(re.match(r"[A-Za-z0-9._-]+==\S+ ", entry) for entry in entries)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert not re.search(r"index|find-links|trusted-host", text)


def test_the_development_lock_holds_the_run_time_lock():
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize(
    ("folder", "name", "version"),
    [(GENERATOR, "allure", "3.18.0"), (RELYING_PARTY, "openid-client", "6.8.9")],
)
def test_npm_packages_are_pinned_with_hashes_and_no_host_is_named(folder, name, version):
    text = (folder / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in text
    assert "://" not in text
    packages = json.loads(text)["packages"]
    root = packages.pop("")
    assert root["dependencies"] == {name: version}
    assert packages[f"node_modules/{name}"]["version"] == version
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    assert package["dependencies"] == root["dependencies"]


@pytest.mark.parametrize("name", ["a.er7", "deep/er/b.xml", "c.eml", "d.zip"])
def test_git_keeps_the_bytes_of_fixtures(tmp_path, name):
    git = shutil.which("git")
    if not git:
        pytest.skip("git n'est pas installé : les attributs ne peuvent pas lui être demandés")
    shutil.copy(REPOSITORY / ".gitattributes", tmp_path)
    subprocess.run([git, "init", "-q"], cwd=tmp_path, check=True)
    asked = [git, "check-attr", "text", "--", name]
    answer = subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert answer.stdout.strip().endswith("text: unset")


def test_what_is_made_by_running_is_ignored():
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/.venv/", "/.banc/", "/reports/", "__pycache__/"} <= set(ignored)


def test_the_licence_is_whole():
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "Version 2.0, January 2004" in text
    assert all(re.search(rf"^ +{number}\. ", text, re.MULTILINE) for number in range(1, 10))
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_notice_lists_every_package_once_and_no_other():
    text = (REPOSITORY / "NOTICE").read_text(encoding="utf-8")
    listed = re.findall(r"^  (\S+) +\S.*(?:champ|classifieur)", text, re.MULTILINE)
    locked = {name for lock in LOCKS for name in pins(lock)} | {"allure", "openid-client"}
    assert sorted(listed) == sorted(locked)
    for folder in (GENERATOR, RELYING_PARTY):
        lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
        names = {path.rpartition("node_modules/")[2] for path in lock["packages"]} - {""}
        assert names <= set(re.split(r"[,\s]+", text))


CI_STEPS = [
    "banc demo",
    "banc mutants",
    "banc test --version",
    "python -m ruff check",
    "python -m ruff format",
    "python -m mypy --strict harness demo_dui",
    "python -m mypy --strict banc",
    "banc test",
]


@pytest.fixture
def ci(tmp_path):
    """A checkout where `banc` and .venv's python only record their call; FAILING names one step."""
    if os.name == "nt" or not shutil.which("bash"):
        pytest.skip("le script de CI demande bash")
    (tmp_path / "checkout/.ci").mkdir(parents=True)
    (tmp_path / "checkout/.venv/bin").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    shutil.copy(REPOSITORY / ".ci/run", tmp_path / "checkout/.ci/run")
    for path in ("checkout/banc", "checkout/.venv/bin/python", "bin/chromium"):
        (tmp_path / path).write_text(
            "#!/usr/bin/env bash\n"
            f'said="{Path(path).name} $*"\n'
            f'echo "$said|$BANC_EXIGE_NAVIGATEUR|${{BANC_EXEMPLES:-}}" >> "{tmp_path}/calls"\n'
            '[ -z "${FAILING:-}" ] || [[ "$said" != "$FAILING"* ]] || exit 5\n'
        )
        (tmp_path / path).chmod(0o755)

    def run(failing=""):
        line = ["bash", str(tmp_path / "checkout/.ci/run")]
        path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "FAILING": failing}
        environment.pop("BANC_EXEMPLES", None)
        code = subprocess.run(line, env=environment, capture_output=True, check=False).returncode
        return code, [call.split("|") for call in (tmp_path / "calls").read_text().splitlines()]

    return run


def test_ci_runs_every_step_in_order_and_the_tests_last(ci):
    code, calls = ci()
    assert code == 0
    assert len(calls) == len(CI_STEPS)
    for (said, _, _), step in zip(calls, CI_STEPS, strict=True):
        assert said.startswith(step)
    assert calls[-1][0].strip() == "banc test"


@pytest.mark.parametrize("step", [*range(len(CI_STEPS) - 1)])
def test_ci_stops_at_a_failing_step(ci, step):
    code, calls = ci(CI_STEPS[step])
    assert code == 5
    assert len(calls) == step + 1


def test_ci_asks_for_a_browser_and_finds_the_examples_beside_the_checkout(ci, tmp_path):
    _, without = ci()
    assert {tuple(call[1:]) for call in without} == {("1", "")}
    script = (REPOSITORY / ".ci/run").read_text(encoding="utf-8")
    beside = re.search(r"examples=\$\(cd (\S+)", script)
    assert beside
    examples = (tmp_path / "checkout" / beside[1]).resolve()
    examples.mkdir(parents=True)
    _, calls = ci()
    assert {tuple(call[1:]) for call in calls[len(without) :]} == {("1", str(examples))}


@pytest.mark.parametrize("name", ["banc", ".ci/run"])
def test_what_is_called_by_its_path_is_executable(name):
    if os.name == "nt":
        pytest.skip("Windows n'a pas de bit d'exécution")
    assert os.access(REPOSITORY / name, os.X_OK)
