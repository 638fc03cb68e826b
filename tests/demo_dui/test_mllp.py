"""The flow of the GAP, over a real MLLP socket: what is kept, and how it is acknowledged."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest

MATRICULE, OID = "279035121518989", "1.2.250.1.213.1.4.10"
INS = f"{MATRICULE}^^^ASIP-SANTE-INS-NIR&{OID}&ISO^INS"


def adt(event: str, pi: str, **changes: str) -> bytes:
    parts = {
        "ins": "",
        "pid32": "VALI",
        "name": "PAT-TROIS^DOMINIQUE^DOMINIQUE MARIE^^^^L~DUPONT^DOMI^^^^^D",
        "born": "19790328",
        "sex": "F",
        "place": "^^^^^^BDL^^63220",
        "version": "2.5^FRA^2.11",
        "processing": "D",
        "charset": "UNICODE UTF-8",
        "extra": "PV1|1|N",
        "local": f"{pi}^^^CHU-X&000897406&N^PI",
        "code": f"ADT^{event}^ADT_A05",
    } | changes
    identifiers = "~".join(part for part in (parts["local"], parts["ins"]) if part)
    lines = [
        "MSH|^~\\&|GAM|CHU-X|DPI|CHU-Y|20240306111154||{code}|M-{event}-1|{processing}|{version}"
        "|||||FRA|{charset}|FR||2.11^IHE_FRANCE-2.11-PAM",
        "EVN||20240306111154||||20240306110000",
        "PID|1||{identifiers}||{name}||{born}|{sex}|||{place}|||||||||||||||||||||{pid32}"
        "|20240306111153",
        "{extra}",
        "ZFD|||Y|N|INSI|20211201||",
    ]
    text = "\r".join(lines).format(event=event, identifiers=identifiers, **parts) + "\r"
    encoding = {"8859/15": "iso8859-15"}.get(parts["charset"], "utf-8")
    return text.encode(encoding)


def send(dui: Any, content: bytes) -> dict[str, list[str]]:
    lines = dui.mllp(content).decode().strip("\r").split("\r")
    return {line.split("|")[0]: line.split("|") for line in lines}


def accepted(dui: Any, content: bytes) -> None:
    ack = send(dui, content)
    assert ack["MSA"][1] == "AA" and "ERR" not in ack, ack


def kept(dui: Any, pi: str) -> dict[str, Any]:
    found = dui.call("GET", "/api/patients", params={"private_id": pi}).json()["patients"]
    assert len(found) == 1, found
    return dict(found[0])


def test_creation_keeps_the_traits_and_mirrors_the_header(dui: Any) -> None:
    ack = send(dui, adt("A28", "P1", pid32="PROV"))
    header = ack["MSH"]
    assert header[2:6] == ["DPI", "CHU-Y", "GAM", "CHU-X"]
    assert header[8] == "ACK^A28^ACK" and header[10] == "D" and header[11] == "2.5^FRA^2.11"
    assert ack["MSA"][1:3] == ["AA", "M-A28-1"] and "ERR" not in ack
    identity = kept(dui, "P1")
    assert (identity["birth_name"], identity["birth_given_names"]) == (
        "PAT-TROIS",
        "DOMINIQUE MARIE",
    )
    assert (identity["used_name"], identity["used_given_name"]) == ("DUPONT", "DOMI")
    assert (identity["birth_date"], identity["sex"]) == ("1979-03-28", "F")
    assert (identity["birth_place_code"], identity["status"]) == ("63220", "provisoire")


def test_ins_is_associated_by_update_then_removed(dui: Any) -> None:
    accepted(dui, adt("A28", "P2", pid32="PROV"))
    accepted(dui, adt("A31", "P2", ins=INS))
    identity = kept(dui, "P2")
    assert (identity["matricule"], identity["oid"]) == (MATRICULE, OID)
    assert identity["status"] == "qualifiée" and identity["birth_name"] == "PAT-TROIS"
    accepted(dui, adt("A31", "P2", pid32="PROV"))
    identity = kept(dui, "P2")
    assert (identity["matricule"], identity["oid"], identity["status"]) == (
        None,
        None,
        "provisoire",
    )
    assert [c["to"] for c in identity["history"]] == ["qualifiée", "provisoire"]


@pytest.mark.parametrize("pid32", ["PROV", "", "VALI~DOUT", "COLP"])
def test_ins_is_not_kept_unless_validated(dui: Any, pid32: str) -> None:
    accepted(dui, adt("A28", "P3", ins=INS, pid32=pid32))
    identity = kept(dui, "P3")
    assert (identity["matricule"], identity["oid"]) == (None, None)
    assert identity["status"] == "provisoire" and identity["birth_name"] == "PAT-TROIS"


def test_validated_without_ins_is_validee(dui: Any) -> None:
    accepted(dui, adt("A01", "P4"))
    assert kept(dui, "P4")["status"] == "validée"


@pytest.mark.parametrize(
    ("event", "changes", "error", "application"),
    [
        ("A28", {"local": ""}, "101", ""),
        ("A28", {"local": "P5^^^^PI"}, "101", ""),
        ("A28", {"name": "^DOMINIQUE^^^^^L"}, "101", ""),
        ("A28", {"born": "19791328"}, "102", ""),
        ("A28", {"ins": INS.replace("989^", "988^")}, "207", "906"),
        ("A28", {"ins": INS, "place": ""}, "207", "905"),
        ("A28", {"ins": f"{INS}~{INS}"}, "207", "906"),
        ("A31", {}, "207", "902"),
        ("A40", {}, "100", ""),
        ("A99", {}, "201", ""),
        ("A28", {"code": "VXU^V04^VXU_V04"}, "200", ""),
        ("A28", {"processing": "X"}, "202", ""),
        ("A28", {"version": "2.3"}, "203", ""),
    ],
)
def test_refusal_says_where_and_why(
    dui: Any, event: str, changes: dict[str, str], error: str, application: str
) -> None:
    ack = send(dui, adt(event, "P5", **changes))
    assert ack["MSA"][1:3] == ["AE", f"M-{event}-1"]
    assert ack["ERR"][3].startswith(f"{error}^") and ack["ERR"][4] == "E" and ack["ERR"][2]
    assert ack["ERR"][5].split("^")[0] == application and ack["ERR"][8]
    assert dui.call("GET", "/api/patients", params={"private_id": "P5"}).json()["patients"] == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"bonjour",
        b"MSH",
        b"MSH|^~\\&|A|B",
        b"\x00\xff\xfe" * 50,
        adt("A28", "P6", name="H\u00e9l\u00e8ne^A^A^^^^L").decode().encode("iso8859-15"),
        adt("A28", "P6").replace(b"^~\\&", b"^\xcb\x9c\\&", 1),
        adt("A28", "P6").replace(b"\r", b"\n"),
    ],
)
def test_what_is_not_er7_is_refused_and_the_listener_lives(dui: Any, content: bytes) -> None:
    if content:
        ack = send(dui, content)
        assert ack["MSA"][1] == "AE" and ack["ERR"][4] == "E"
    accepted(dui, adt("A28", "P7"))


def test_latin_9_is_read_and_a_referential_keeps_capitals(dui: Any) -> None:
    name = "Lefèvre^Cœur^Cœur^^^^L"
    accepted(dui, adt("A28", "P8", name=name, charset="8859/15"))
    identity = kept(dui, "P8")
    assert (identity["birth_name"], identity["first_birth_given_name"]) == ("LEFEVRE", "COEUR")


def test_merge_and_change_of_identifier(dui: Any) -> None:
    for pi in ("P9", "P10"):
        accepted(dui, adt("A28", pi))
    former = "MRG|P9^^^CHU-X&000897406&N^PI"
    accepted(dui, adt("A40", "P10", extra=former))
    params = {"private_id": "P9"}
    assert dui.call("GET", "/api/patients", params=params).json()["patients"] == []
    accepted(dui, adt("A47", "P11", extra="MRG|P10^^^CHU-X&000897406&N^PI"))
    assert kept(dui, "P11")["birth_name"] == "PAT-TROIS"
    assert send(dui, adt("A47", "P11", extra=former))["ERR"][5].startswith("902^")


def test_slave_takes_identities_from_the_flow_alone(start: Any) -> None:
    slave = start("--role", "esclave")
    refused = slave.call("POST", "/api/patients", json={"birth_name": "A"})
    assert refused.status_code == 403 and "GAP" in refused.json()["error"]
    accepted(slave, adt("A28", "P12", ins=INS, name="D'Arçon-Noël^Zoé^Zoé^^^^L"))
    identity = kept(slave, "P12")
    assert (identity["birth_name"], identity["status"]) == ("D'Arçon-Noël", "qualifiée")
    account = {"patient_id": identity["id"], "login": "zoe", "identity_check": "case"}
    account |= {"password": "48151623", "second_factor": "totp"}
    opened = slave.call("POST", "/api/accounts", json=account).json()
    linked = slave.call("POST", f"/api/accounts/{opened['id']}/link").json()
    assert linked["matricule"] == MATRICULE
    session = slave.signed_in("zoe", "48151623")
    code = {"code": pyotp.TOTP(opened["totp_secret"]).now()}
    session.post(f"{slave.url}/login/second-facteur", data=code, timeout=10)
    page = session.get(f"{slave.url}/patients", timeout=10)
    assert page.url.endswith(f"/accounts/{opened['id']}") and f"{MATRICULE} (NIR)" in page.text
