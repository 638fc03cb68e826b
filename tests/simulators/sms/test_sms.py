"""The SMS gateway simulator, called by requests over real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.model.problems import ConfigurationProblem, Inconclusive
from harness.simulators.igc import TestIgc
from harness.simulators.loop import ServiceLoop
from harness.simulators.sms import SmsSimulator

NUMBER, OTHER = "+33 6 39 98 01 23", "0639980199"


@pytest.fixture
def sms(loop: ServiceLoop, igc: TestIgc, recorder: Recorder) -> Iterator[SmsSimulator]:
    with SmsSimulator(loop, igc, recorder, silence=20.0) as simulator:
        yield simulator


def post(
    sms: SmsSimulator, igc: TestIgc, body: object, *, key: str | None = None, wait: float = 5
) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(
            sms.url,
            json=body,
            headers={"Authorization": f"Bearer {sms.key if key is None else key}"},
            verify=str(igc.root),
            timeout=wait,
        )


def test_a_message_is_kept_for_its_number_however_written(sms: SmsSimulator, igc: TestIgc) -> None:
    answer = post(sms, igc, {"to": NUMBER, "text": "Votre code : 135790"})
    assert answer.status_code == 202 and answer.json()["id"]
    (one,) = sms.received("06 39 98 01 23")
    assert one.text == "Votre code : 135790" and one.to == NUMBER
    assert sms.received(OTHER) == ()
    assert "135790" not in repr(one)


def test_a_message_after_a_mark_is_awaited_and_its_absence_said(
    sms: SmsSimulator, igc: TestIgc
) -> None:
    post(sms, igc, {"to": OTHER, "text": "premier"})
    mark = sms.mark()
    with pytest.raises(Inconclusive, match=r"aucun SMS pour 0639980199.*rien n'est arrivé"):
        sms.wait_for(OTHER, 0.05, after=mark)
    post(sms, igc, {"to": OTHER, "text": "second"})
    assert sms.wait_for(OTHER, 1, after=mark).text == "second"


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"to": "", "text": "x"}, 400, "attendu"),
        ({"to": OTHER}, 400, "attendu"),
        (["x"], 400, "attendu"),
    ],
)
def test_a_wrong_body_is_refused_with_what_was_expected(
    sms: SmsSimulator, igc: TestIgc, body: object, status: int, word: str
) -> None:
    answer = post(sms, igc, body)
    assert answer.status_code == status and word in answer.json()["error"]
    assert sms.messages == ()


def test_a_wrong_key_method_or_address_is_refused(
    sms: SmsSimulator, igc: TestIgc, recorder: Recorder
) -> None:
    assert post(sms, igc, {"to": OTHER, "text": "x"}, key="autre-cle").status_code == 401
    assert requests.get(sms.url, verify=str(igc.root), timeout=5).status_code == 405
    assert requests.get(f"{sms.url}/x", verify=str(igc.root), timeout=5).status_code == 404
    assert sms.messages == ()
    assert [one.label.rpartition(" ")[2] for _, one in recorder.exchanges] == ["401", "405", "404"]


def test_a_refused_number_gets_422_and_the_others_do_not(sms: SmsSimulator, igc: TestIgc) -> None:
    sms.fails_with("refus", NUMBER)
    assert post(sms, igc, {"to": "0639980123", "text": "x"}).status_code == 422
    assert post(sms, igc, {"to": OTHER, "text": "x"}).status_code == 202
    sms.works(NUMBER)
    assert post(sms, igc, {"to": NUMBER, "text": "x"}).status_code == 202
    assert len(sms.messages) == 2


def test_a_slow_gateway_answers_late(
    sms: SmsSimulator, igc: TestIgc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.simulators.sms.faults.SLOW", 0.3)
    sms.fails_with("lent")
    began = time.monotonic()
    assert post(sms, igc, {"to": OTHER, "text": "x"}).status_code == 202
    assert time.monotonic() - began >= 0.3


def test_a_silent_gateway_takes_nothing(
    sms: SmsSimulator, igc: TestIgc, recorder: Recorder
) -> None:
    sms.fails_with("sans-reponse")
    with pytest.raises(requests.Timeout):
        post(sms, igc, {"to": OTHER, "text": "x"}, wait=0.3)
    assert sms.messages == ()
    assert "aucune réponse" in recorder.exchanges[0][1].label


def test_an_unknown_fault_is_refused(sms: SmsSimulator) -> None:
    with pytest.raises(ConfigurationProblem, match="panne du SMS « reffus »"):
        sms.fails_with("reffus")


def test_neither_key_nor_code_reaches_the_journal(
    loop: ServiceLoop, igc: TestIgc, tmp_path: Path
) -> None:
    recorder = Recorder(Journal(tmp_path))
    with SmsSimulator(loop, igc, recorder) as sms:
        post(sms, igc, {"to": OTHER, "text": "Votre code : 135790"})
        key = sms.key
    filed = [path.read_bytes().decode() for path in (tmp_path / "pieces").iterdir()]
    assert any("Votre code : «secret code " in one for one in filed)
    assert not any("135790" in one or key in one for one in filed)
