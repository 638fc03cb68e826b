"""The simulator is a provider to others: libraries left as they are sign in, refresh, log out."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from harness.model.professional import Professional
from harness.simulators.igc import TestIgc
from harness.simulators.psc import PscSimulator
from tests.simulators.psc.browser import AFTER_LOGOUT, CALLBACK, CLIENT, Browser, query_of

ROOT = Path(__file__).parents[3]
PACKAGE = Path(__file__).parent / "openid_client"
INSTALLED = ROOT / ".banc" / "openid-client"
OLDEST_NODE = (20, 19)


@pytest.fixture
def session(igc: TestIgc) -> Iterator[OAuth2Session]:
    """The OAuth session of Authlib, registered as CLIENT."""
    opened = OAuth2Session(
        CLIENT.client_id,
        CLIENT.client_secret,
        scope="openid scope_all",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )
    opened.verify = str(igc.chain)
    opened.trust_env = False
    yield opened
    opened.close()


def verified(
    session: OAuth2Session, found: dict[str, str], token: dict[str, str], nonce: str
) -> CodeIDToken:
    """Return the claims of an ID token as Authlib validates them."""
    keys = KeySet.import_key_set(session.get(found["jwks_uri"], withhold_token=True).json())
    decoded = jwt.decode(token["id_token"], keys, ["RS256"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {
            "iss": {"essential": True, "value": found["issuer"]},
            "aud": {"essential": True, "value": CLIENT.client_id},
            "acr": {"essential": True, "values": ["eidas1", "eidas2", "eidas3"]},
        },
        {"nonce": nonce, "client_id": CLIENT.client_id, "access_token": token["access_token"]},
    )
    claims.validate(leeway=0)
    return claims


def test_authlib_signs_in_refreshes_and_logs_out(
    psc: PscSimulator, session: OAuth2Session, browser: Browser, doctor: Professional
) -> None:
    found = session.get(psc.discovery_url, withhold_token=True).json()
    session.metadata.update(token_endpoint=found["token_endpoint"])
    nonce, verifier = generate_token(20), generate_token(48)
    url, state = session.create_authorization_url(
        found["authorization_endpoint"], nonce=nonce, code_verifier=verifier, acr_values="eidas1"
    )
    token = session.fetch_token(
        authorization_response=browser.sign_in(url, doctor), state=state, code_verifier=verifier
    )
    claims = verified(session, found, token, nonce)
    assert session.get(found["userinfo_endpoint"]).json()["SubjectNameID"] == doctor.national_id

    psc.clock.advance(121)
    assert session.get(found["userinfo_endpoint"]).status_code == 401
    renewed = session.refresh_token(found["token_endpoint"], token["refresh_token"])
    assert renewed["access_token"] != token["access_token"]
    assert session.get(found["userinfo_endpoint"]).json()["sub"] == claims["sub"]

    out = session.get(
        found["end_session_endpoint"],
        params={
            "id_token_hint": renewed["id_token"],
            "post_logout_redirect_uri": AFTER_LOGOUT,
            "state": state,
        },
        withhold_token=True,
        allow_redirects=False,
    )
    assert query_of(out.headers["Location"]) == {"state": state}
    assert session.get(found["userinfo_endpoint"]).status_code == 401


def test_npm_openid_client_signs_in_refreshes_and_logs_out(
    psc: PscSimulator, igc: TestIgc, nurse: Professional, relying_party: tuple[str, Path]
) -> None:
    node, script = relying_party
    settings = {
        "discovery": psc.discovery_url,
        "client_id": CLIENT.client_id,
        "client_secret": CLIENT.client_secret,
        "redirect_uri": CALLBACK,
        "post_logout_redirect_uri": AFTER_LOGOUT,
        "professional": nurse.national_id,
    }
    done = subprocess.run(
        [node, str(script)],
        input=json.dumps(settings),
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(igc.root)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "acr": "eidas2",
        "national_id": nurse.national_id,
        "introspected": nurse.national_id,
        "refreshed": True,
        "back": True,
        "active_after_logout": False,
    }


@pytest.fixture(scope="module")
def relying_party() -> tuple[str, Path]:
    """Node and the script beside its packages, installed once; skips without, fails in CI."""
    found = node_and_npm()
    if found is None:
        return unavailable("Node 20.19 ou plus récent, avec npm, n'est pas installé")
    node, npm = found
    wanted = hashlib.sha256((PACKAGE / "package-lock.json").read_bytes()).hexdigest()
    folder = INSTALLED / wanted[:16]
    if not folder.exists():
        # Made beside, then named: an interrupted installation is never taken for whole.
        draft = INSTALLED / f"en-cours-{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PACKAGE / name, draft)
        done = subprocess.run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"],
            cwd=draft,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=300,
            check=False,
        )
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            return unavailable(f"npm ci a échoué : {done.stderr.strip()[-300:]}")
        draft.rename(folder)
    shutil.copy(PACKAGE / "relying_party.mjs", folder)
    return node, folder / "relying_party.mjs"


def unavailable(reason: str) -> tuple[str, Path]:
    if os.environ.get("BANC_EXIGE_NAVIGATEUR") == "1":
        pytest.fail(f"openid-client exigé mais absent : {reason}")
    pytest.skip(f"openid-client indisponible : {reason}")


def node_and_npm() -> tuple[str, list[str]] | None:
    """Return Node and the words that run its npm: the launcher's, else the system's."""
    node = os.environ.get("BANC_NODE") or shutil.which("node")
    if not node:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = tuple(int(part) for part in said.stdout.strip().lstrip("v").split(".")[:2])
    if version < OLDEST_NODE:
        return None
    modules = ("node_modules",) if os.name == "nt" else ("..", "lib", "node_modules")
    beside = Path(node).parent.joinpath(*modules, "npm", "bin", "npm-cli.js")
    if beside.is_file():
        return node, [node, str(beside)]
    npm = shutil.which("npm")
    return (node, [npm]) if npm else None
