"""The mail simulator, spoken to by smtplib over real sockets."""

from __future__ import annotations

import smtplib
import ssl
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.model.problems import ConfigurationProblem, HarnessFault, Inconclusive
from harness.simulators.igc import TestIgc
from harness.simulators.loop import ServiceLoop
from harness.simulators.mail import MailSimulator
from harness.simulators.mail.faults import FAULTS

CAMILLE, PAUL = "camille@patients.example.org", "paul@patients.example.org"
FROM = "dui@etablissement.example.org"


@pytest.fixture
def mail(loop: ServiceLoop, recorder: Recorder, igc: TestIgc) -> Iterator[MailSimulator]:
    with MailSimulator(loop, recorder, igc=igc) as simulator:
        yield simulator


def written(text: str, subject: str = "Votre code", to: str = CAMILLE) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = FROM, to, subject
    message.set_content(text)
    return message


def send(mail: MailSimulator, igc: TestIgc, message: EmailMessage, *, tls: bool = True) -> None:
    with smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as client:
        if tls:
            client.starttls(context=ssl.create_default_context(cafile=str(igc.root)))
            client.ehlo()
        client.send_message(message)


def test_a_mail_is_kept_whole_for_its_recipient(mail: MailSimulator, igc: TestIgc) -> None:
    send(mail, igc, written("Bonjour,\nvotre code est 402917.\n", "Votre code d'accès"))
    (one,) = mail.received("Camille@patients.example.org")
    assert (one.sender, one.recipients) == (FROM, (CAMILLE,))
    assert one.subject == "Votre code d'accès"
    assert "402917" in one.text and b"402917" in one.raw
    assert one.encrypted
    assert mail.received(PAUL) == ()
    assert "402917" not in repr(one)


def test_only_what_came_after_a_mark_is_returned(mail: MailSimulator, igc: TestIgc) -> None:
    send(mail, igc, written("premier"))
    mark = mail.mark()
    send(mail, igc, written("second"))
    assert [one.text.strip() for one in mail.received(CAMILLE, after=mark)] == ["second"]
    assert mail.wait_for(CAMILLE, 1, after=mark).text.strip() == "second"


def test_a_mail_that_is_awaited_wakes_who_waits(mail: MailSimulator, igc: TestIgc) -> None:
    sender = threading.Timer(0.2, send, (mail, igc, written("attendu")))
    sender.start()
    assert mail.wait_for(CAMILLE, 5).text.strip() == "attendu"
    sender.join()


def test_the_deadline_says_what_came_instead(mail: MailSimulator, igc: TestIgc) -> None:
    send(mail, igc, written("pour un autre", to=PAUL))
    with pytest.raises(Inconclusive, match=rf"aucun courriel pour {CAMILLE}.*{PAUL}"):
        mail.wait_for(CAMILLE, 0.05)


def test_nothing_is_taken_without_starttls(mail: MailSimulator, igc: TestIgc) -> None:
    with pytest.raises(smtplib.SMTPException):
        send(mail, igc, written("en clair"), tls=False)
    assert mail.mails == ()


def test_a_client_that_ignores_our_root_is_told_of(mail: MailSimulator, igc: TestIgc) -> None:
    with smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as client:
        with pytest.raises(ssl.SSLCertVerificationError):
            client.starttls(context=ssl.create_default_context(cafile=str(igc.other_root)))
    deadline = time.monotonic() + 3
    while not mail.refused and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "racine du banc" in mail.refused[0]


def test_a_server_without_certificate_takes_mails_in_clear(
    loop: ServiceLoop, recorder: Recorder, igc: TestIgc
) -> None:
    with MailSimulator(loop, recorder) as plain:
        send(plain, igc, written("en clair"), tls=False)
        assert not plain.mails[0].encrypted


@pytest.mark.parametrize(("name", "code"), [("refus-destinataire", 550), ("refus-temporaire", 451)])
def test_a_refused_recipient_gets_the_code_and_no_mail(
    mail: MailSimulator, igc: TestIgc, recorder: Recorder, name: str, code: int
) -> None:
    mail.fails_with(name, CAMILLE)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(mail, igc, written("perdu"))
    assert refused.value.recipients[CAMILLE][0] == code
    send(mail, igc, written("reçu", to=PAUL))
    mail.works(CAMILLE)
    send(mail, igc, written("reçu enfin"))
    assert [one.text.strip() for one in mail.mails] == ["reçu", "reçu enfin"]
    assert str(code) in recorder.exchanges[0][1].label


def test_without_starttls_a_client_may_only_speak_in_clear(
    mail: MailSimulator, igc: TestIgc
) -> None:
    mail.fails_with("sans-starttls")
    with pytest.raises(smtplib.SMTPNotSupportedError):
        send(mail, igc, written("chiffré"))
    send(mail, igc, written("en clair"), tls=False)
    assert [one.encrypted for one in mail.mails] == [False]
    mail.works()
    send(mail, igc, written("chiffré"))
    assert mail.mails[-1].encrypted


def test_a_slow_server_answers_late_and_rightly(
    mail: MailSimulator, igc: TestIgc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.simulators.mail.faults.SLOW", 0.3)
    mail.fails_with("lent")
    began = time.monotonic()
    send(mail, igc, written("tardif"))
    assert time.monotonic() - began >= 0.3
    assert mail.mails[0].text.strip() == "tardif"


def test_an_unknown_fault_is_refused_with_the_names(mail: MailSimulator) -> None:
    with pytest.raises(ConfigurationProblem, match="« refus-destinataire »"):
        mail.fails_with("refus-destinatair")
    assert all(fault.description.endswith(".") for fault in FAULTS)


def test_the_journal_keeps_no_code_and_no_token_but_their_equality(
    loop: ServiceLoop, igc: TestIgc, tmp_path: Path
) -> None:
    recorder = Recorder(Journal(tmp_path))
    link = "https://dui.example.org/acces/reinitialisation?jeton=Zk3-x_9"
    other = "https://dui.example.org/lien/0a1b2c3d4e5f6a7b8c9d"
    with MailSimulator(loop, recorder, igc=igc) as mail:
        for _ in range(2):
            text = f"Votre code est 402917 (et non 402918).\nSuivez {link}.\nOu {other}\n"
            send(mail, igc, written(text, "Code 402917 : dossier n° 75056"))
    pieces = [path.read_bytes().decode() for path in (tmp_path / "pieces").iterdir()]
    filed = next(one for one in pieces if "Votre code" in one)
    for secret in ("402917", "402918", "Zk3-x_9", "0a1b2c3d4e5f6a7b8c9d"):
        assert not any(secret in one for one in pieces)
    codes = [part[:10] for part in filed.split("«secret code ")[1:]]
    assert codes[0] == codes[1] != codes[2]  # subject, text, and the other one
    assert "dossier n° 75056" in filed and "dui.example.org/acces/reinitialisation" in filed
    # The tokens stay hidden when they come back in another exchange.
    assert "0a1b2c3d4e5f6a7b8c9d" not in recorder.redactor.clean_text(f"GET {other}")
    assert "Zk3-x_9" not in recorder.redactor.clean_text(f"GET {link}")


def test_an_encoded_mail_is_read_and_hidden_as_well(
    loop: ServiceLoop, igc: TestIgc, tmp_path: Path
) -> None:
    recorder = Recorder(Journal(tmp_path))
    message = written("placeholder")
    message.set_content("Code à saisir : 135790\n", cte="base64")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="a.pdf")
    with MailSimulator(loop, recorder, igc=igc) as mail:
        send(mail, igc, message)
        assert mail.mails[0].text == "Code à saisir : 135790\n"
    (filed,) = [
        path.read_text(encoding="utf-8")
        for path in (tmp_path / "pieces").iterdir()
        if b"Subject" in path.read_bytes()
    ]
    assert "Code à saisir : «secret code " in filed
    assert "[application/pdf] a.pdf, 8 octets" in filed


def test_a_journal_that_cannot_be_written_refuses_the_mail_and_tells(
    loop: ServiceLoop, igc: TestIgc, tmp_path: Path
) -> None:
    journal = Journal(tmp_path)
    with MailSimulator(loop, Recorder(journal), igc=igc) as mail:
        journal.close({})
        with pytest.raises(smtplib.SMTPDataError):
            send(mail, igc, written("perdu"))
        with pytest.raises(HarnessFault, match="écriture impossible"):
            mail.received(CAMILLE)


def test_a_taken_port_is_said(loop: ServiceLoop, mail: MailSimulator, recorder: Recorder) -> None:
    with pytest.raises(HarnessFault, match=f"127.0.0.1:{mail.port}"):
        MailSimulator(loop, recorder, port=mail.port).start()


def test_stop_ends_the_connections_that_are_open(
    loop: ServiceLoop, recorder: Recorder, igc: TestIgc
) -> None:
    mail = MailSimulator(loop, recorder, igc=igc).start()
    client = smtplib.SMTP("127.0.0.1", mail.port, timeout=5)
    mail.stop()
    mail.stop()
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        client.ehlo()
    client.close()
