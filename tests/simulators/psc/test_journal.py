"""The journal: every call both ways, secrets as placeholders, and stores that never grow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.evidence.journal import Journal, read_journal
from harness.evidence.recorder import KEPT as EXCHANGES_KEPT
from harness.evidence.recorder import Recorder
from harness.model.access import OidcReleve
from harness.model.problems import HarnessFault, Inconclusive
from harness.model.professional import Professional
from harness.simulators.igc import TestIgc
from harness.simulators.loop import ServiceLoop
from harness.simulators.psc import PscSimulator
from harness.simulators.psc.calls import KEPT as CALLS_KEPT
from harness.simulators.psc.calls import CallLog
from harness.simulators.psc.capped import KEPT, Capped
from harness.simulators.psc.grants import Grants, SignIn, Token
from harness.simulators.psc.people import Account
from harness.simulators.psc.wire import Asked, Reply, Trace
from tests.simulators.psc.browser import (
    AFTER_LOGOUT,
    CALLBACK,
    CHALLENGE,
    CLIENT,
    VERIFIER,
    Browser,
    Party,
    query_of,
)


@pytest.fixture
def written(
    tmp_path: Path, loop: ServiceLoop, igc: TestIgc, doctor: Professional
) -> Iterator[PscSimulator]:
    """A provider whose exchanges go to a journal on disk."""
    with PscSimulator(loop, igc, Recorder(Journal(tmp_path / "run"))) as simulator:
        simulator.register(CLIENT)
        simulator.knows(doctor)
        yield simulator


def a_whole_session(psc: PscSimulator, igc: TestIgc, who: Professional) -> dict[str, str]:
    """Sign in, read, introspect, refresh, log out; returns every secret that crossed the wire."""
    browser, party = Browser(igc), Party(psc, igc)
    asked = party.authorization(
        state="etat", nonce="alea", code_challenge=CHALLENGE, code_challenge_method="S256"
    )
    callback = browser.sign_in(asked, who)
    first = party.redeem(callback, code_verifier=VERIFIER).json()
    party.userinfo(first["access_token"])
    party.call("token/introspect", token=first["refresh_token"])
    second = party.call(
        "token", grant_type="refresh_token", refresh_token=first["refresh_token"]
    ).json()
    party.call(
        "logout",
        method="GET",
        secret="",
        id_token_hint=second["id_token"],
        post_logout_redirect_uri=AFTER_LOGOUT,
        state="retour",
    )
    browser.close(), party.close()
    names = ("access_token", "refresh_token", "id_token")
    return {
        "code": query_of(callback)["code"],
        "verifier": VERIFIER,
        "secret": CLIENT.client_secret,
        **{f"first {name}": first[name] for name in names},
        **{f"second {name}": second[name] for name in names},
    }


def test_no_secret_reaches_the_disk_nor_the_calls(
    written: PscSimulator, igc: TestIgc, doctor: Professional, tmp_path: Path
) -> None:
    secrets = a_whole_session(written, igc, doctor)
    texts = [path.read_text("utf-8") for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert len(texts) > 10
    for text in (*texts, repr(written.releve()), repr(written.delivered("connexion-1"))):
        for name, secret in secrets.items():
            assert secret not in text, name


def test_a_secret_has_the_same_placeholder_in_the_calls_and_on_disk(
    written: PscSimulator, igc: TestIgc, doctor: Professional, tmp_path: Path
) -> None:
    a_whole_session(written, igc, doctor)
    exchanges = {one.seq: one for one in read_journal(tmp_path / "run").entries}
    call = next(one for one in written.calls if one.endpoint == "token")
    name = exchanges[call.seq].data["request"]
    request = (tmp_path / "run" / "pieces" / name).read_text("utf-8")
    for parameter in ("code", "code_verifier"):
        assert f"{parameter}={call.parameters[parameter]}" in request
    name = exchanges[call.seq].data["response"]
    answer = (tmp_path / "run" / "pieces" / name).read_text("utf-8")
    for parameter in ("access_token", "refresh_token", "id_token"):
        assert f'"{parameter}": "{call.answered[parameter]}"' in answer


def test_the_calls_of_a_session_tell_its_story(
    psc: PscSimulator, igc: TestIgc, doctor: Professional
) -> None:
    before = psc.mark()
    a_whole_session(psc, igc, doctor)
    releve = psc.releve(before)
    calls = releve.calls
    story = "authorize wallet wallet token userinfo introspection token logout"
    assert " ".join(one.endpoint for one in calls) == story
    assert len({one.sign_in for one in calls}) == 1
    asked, _, sent, redeemed, read, looked, refreshed, left = calls
    assert asked.parameters["state"] == sent.answered["state"] == "etat"
    assert asked.parameters["nonce"] == redeemed.answered["nonce"] == "alea"
    assert asked.parameters["code_challenge"] == CHALLENGE
    assert asked.host != redeemed.host
    assert sent.answered["code"] == redeemed.parameters["code"]
    assert sent.answered["redirect_uri"] == redeemed.parameters["redirect_uri"] == CALLBACK
    assert redeemed.answered["code_state"] == "premier usage"
    assert (redeemed.client_auth, redeemed.client_id) == ("client_secret_basic", CLIENT.client_id)
    assert read.parameters["access_token"] == redeemed.answered["access_token"]
    assert looked.parameters["token"] == redeemed.answered["refresh_token"]
    assert refreshed.parameters["refresh_token"] == redeemed.answered["refresh_token"]
    assert left.parameters["id_token_hint"] == refreshed.answered["id_token"]
    assert left.answered == {
        "sub": read.answered["sub"],
        "post_logout_redirect_uri": AFTER_LOGOUT,
        "state": "retour",
    }
    delivered = psc.delivered(redeemed.sign_in)
    assert delivered.subject_name_id == read.answered["SubjectNameID"] == doctor.national_id
    assert delivered.userinfo["SubjectRefPro"]
    assert releve.client["redirect_uris"] == [CALLBACK]
    assert releve.issuer == psc.issuer


def test_a_replayed_code_is_told(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    callback = browser.sign_in(party.authorization(), doctor)
    party.redeem(callback)
    party.redeem(callback)
    first, second = psc.calls[-2:]
    assert first.parameters["code"] == second.parameters["code"]
    assert second.answered == {"code_state": "déjà utilisé"}
    assert (second.sign_in, second.error) == (first.sign_in, "invalid_grant")


def test_the_releve_reads_back(psc: PscSimulator, igc: TestIgc, doctor: Professional) -> None:
    a_whole_session(psc, igc, doctor)
    releve = psc.releve(psc.mark() - 3)
    assert len(releve.calls) == 3
    assert OidcReleve.parse(releve.artefact("échanges PSC")) == releve


def test_a_call_that_does_not_come_is_inconclusive(psc: PscSimulator) -> None:
    with pytest.raises(Inconclusive, match="logout"):
        psc.wait_for_call("logout", 0.05, psc.mark())


def test_what_nobody_was_given_is_inconclusive(psc: PscSimulator) -> None:
    with pytest.raises(Inconclusive, match="connexion-0"):
        psc.delivered("connexion-0")


# -- memory -----------------------------------------------------------------------------------


def a_request(query: str = "") -> Asked:
    return Asked(datetime.now(UTC), "GET", "a:1", "/auth", query, {}, {}, b"", b"GET / HTTP/1.1")


def test_the_last_calls_are_kept_and_a_mark_too_old_is_told() -> None:
    recorder = Recorder()
    log = CallLog(recorder)
    for number in range(CALLS_KEPT + 5):
        log.file(a_request(f"state={number}"), Reply(), Trace(endpoint="authorize"), "")
    kept = log.kept
    assert (len(kept), kept[-1].parameters["state"]) == (CALLS_KEPT, str(CALLS_KEPT + 4))
    assert len(log.since(kept[0].seq)) == CALLS_KEPT - 1
    for mark in (0, 3):
        with pytest.raises(HarnessFault, match="mark"):
            log.since(mark)
    assert len(recorder.exchanges) == EXCHANGES_KEPT
    assert recorder.exchanges[-1][0] == CALLS_KEPT + 5


def test_a_huge_request_is_kept_short() -> None:
    log = CallLog(Recorder())
    many = "&".join(f"p{number}=x" for number in range(5000))
    log.file(a_request(f"state={'s' * 100_000}&{many}"), Reply(), Trace(endpoint="a"), "")
    (call,) = log.kept
    assert len(repr(call)) < 10_000


def test_every_store_forgets_its_oldest_entries(doctor: Professional) -> None:
    grants = Grants()
    for number in range(3 * KEPT):
        name = f"connexion-{number}"
        one = SignIn(name, "dui", "openid", "", Account.of(doctor), "CPS", 0.0, "sid")
        grants.sign_ins.put(name, one)
        grants.new_code(one, 0.0)
        for kind in ("a", "r"):
            grants.keep(f"{kind}{number}", Token("access", one, "dui", "openid", 0.0, 120.0))
    assert grants.sizes == {
        "requests": 0,
        "sessions": 0,
        "sign_ins": KEPT,
        "codes": KEPT,
        "tokens": 2 * KEPT,
    }
    assert grants.token("a0", 1.0) is None
    assert grants.token(f"a{3 * KEPT - 1}", 1.0) is not None


def test_an_entry_put_again_is_the_newest() -> None:
    store: Capped[str, int] = Capped(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        store.put(key, value)
    assert (store.get("a"), store.get("b"), list(store)) == (3, None, [3, 4])
