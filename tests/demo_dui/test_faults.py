"""Every seeded fault changes what can be observed, and switching it off heals."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo_dui import (
    acknowledgement,
    api,
    faults,
    fhir_view,
    insi_calls,
    insi_messages,
    pam_in,
    pam_out,
    patient_page,
)
from demo_dui.fault_list import FAULTS
from demo_dui.identity import Draft, Traits
from demo_dui.insi_client import InsiUnavailableError
from demo_dui.insi_messages import Answer, Found, Search
from demo_dui.naming import RefusedError
from demo_dui.service import Dui
from demo_dui.store import Store

ROOT = Path(__file__).parents[2]
MATRICULE, OID = "279035121518989", "1.2.250.1.213.1.4.10"
PID3 = f"{MATRICULE}^^^ASIP-SANTE-INS-NIR&{OID}&ISO^INS"
TRAITS = {
    "birth_name": "D'ARC-EN CIEL",
    "first_birth_given_name": "ANNE-LISE",
    "birth_given_names": "ANNE-LISE MARIE",
    "birth_date": "1985-07-09",
    "sex": "F",
    "birth_place_code": "75056",
    "used_name": "MARTIN",
    "used_given_name": "LISE",
}
ATTEMPTS: list[dict[str, str | None]] = [
    *({field: None} for field in TRAITS),
    {"birth_place_code": "99999"},
    {"birth_name": "Martin"},
    {"birth_name": "HÉLÈNE"},
    {"birth_name": "A" * 54},
    {"birth_date": "1985-13-09"},
    {"birth_date": "1985-07-32"},
    {"birth_date": "1985-07-00"},
]
FOUND: dict[str, Any] = {
    "matricule": MATRICULE,
    "oid": OID,
    "birth_name": "D'ARC-EN CIEL",
    "given_name": "ANNE-LISE",
    "given_names": "ANNE-LISE MARIE JEANNE",
    "sex": "F",
    "birth_date": "1985-07-09",
    "birth_place_code": "75115",
    "former": (),
}
# The faults seen only in a rendered page are tested with the pages.
PAGE_FAULTS = {"ecran-alerte-absente", "ecran-formulaire-sans-lieu", "ecran-nom-utilise-exige"}
THEMES = {
    "statut",
    "champs",
    "caracteres",
    "transmission",
    "insi",
    "acquittement",
    "ecran",
    "compte",
}
# Their faults are observed over real sockets, behaviour by behaviour.
LATER_THEMES = {
    "droits",
    "traces",
    "recherche",
    "verrous",
    "attributs",
    "justificatifs",
    "impression",
    "echanges",
    "verification",
    "export",
    "journal",
    "psc",
    "psc-jeton",
    "psc-compte",
    "annuaire",
    "connexion",
    "second-facteur",
    "mots-de-passe",
    "comptes",
}
VOLATILE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{20}|20[0-9]{12}|20\d\d-\d\d-\d\dT[0-9:.]+Z|IPP[0-9A-F]{12}"
)


class ScriptedInsi:
    """Stands for the network alone: gives the scripted answers, or no answer at all."""

    def __init__(self) -> None:
        self.answer: Answer | None = None

    async def search(self, mode: str, search: Search, emitter: str) -> Answer:
        if self.answer is None:
            raise InsiUnavailableError("coupure")
        return self.answer


class Observer:
    """Runs every kind of action on an in-process DUI and notes what can be seen."""

    def __init__(self, folder: Path) -> None:
        self.insi = ScriptedInsi()
        self.dui = Dui(Store(folder), "ri", self.insi, None)  # type: ignore[arg-type]
        self.notes: list[str] = []
        self._count = 0

    def note(self, value: object) -> None:
        # A missing instant must stay visible: only a present one is replaced.
        self.notes.append(VOLATILE.sub("#", str(value)))

    def create(self, **changes: str | None) -> Any:
        self._count += 1
        draft = Draft(traits=Traits(**(TRAITS | changes)), private_id=f"L{self._count}")
        try:
            identity = self.dui.create(draft, "pro.martin")
        except RefusedError as refusal:
            self.note([r.field for r in refusal.refusals])
            return None
        self.see(identity)
        return identity

    def see(self, identity: Any) -> None:
        store = self.dui.store
        identity = store.find(identity.id)
        if identity is None:
            self.note("absent")
            return
        self.note(api.identity_json(store, identity))
        self.note(fhir_view.write(identity))
        self.note(patient_page.title(identity))
        self.note(patient_page.rows(identity, True))
        for event in pam_out.EVENTS:
            self.note(pam_out.message(identity, event)[1])
        for account in store.accounts_of(identity.id):
            self.note(patient_page.account_rows(account, identity))

    def call_insi(self, identity: Any, answer: Answer | None) -> None:
        self.insi.answer = answer
        outcome = asyncio.run(insi_calls.call(self.dui, identity, "traits", "pro.martin"))
        self.note((outcome.code, outcome.outcome))
        self.see(outcome.identity)

    def receive(self, event: str, ins: str, pid32: str, processing: str = "T") -> None:
        pid = (
            f"PID|1||G1^^^BANC&gap.example.org&DNS^PI{ins}||DUBOIS^PAUL^PAUL^^^^L~NOM^PAUL^^^^^D||"
            f"19790328|F|||^^^^^^BDL^^63220|||||||||||||||||||||{pid32}"
        )
        header = (
            f"MSH|^~\\&|GAM|BANC|DPI|Y|20240101||ADT^{event}^ADT_A05|M1|{processing}|2.5^FRA^2.11"
        )
        content = f"{header}|||||FRA|UNICODE UTF-8|FR\rEVN||20240101\r{pid}\rPV1|1|N\r".encode()
        self.note(asyncio.run(pam_in.answer(self.dui, content)).decode())
        for identity in self.dui.store.identities_of("private_id", "G1"):
            self.see(identity)

    def everything(self) -> str:
        for attempt in ({}, *ATTEMPTS):
            self.create(**attempt)
        self._insi_outcomes()
        self._both_routes_and_account()
        search = Search(
            birth_name="A", given_names=("B",), sex="F", birth_date="1985-07-09", card=None
        )
        self.note(insi_messages.request("traits", search, "pro.martin"))
        self.receive("A31", "", "PROV")
        self.receive("A28", "", "PROV", processing="X")
        self.receive("A28", "", "PROV")
        self.receive("A31", f"~{PID3}", "PROV")
        self.receive("A31", f"~{PID3}", "VALI")
        self.receive("A31", "", "PROV")
        self.note(acknowledgement.of_unreadable(b"x", "illisible").decode())
        self.dui.store.close()
        return "\n".join(self.notes)

    def _insi_outcomes(self) -> None:
        bad: list[dict[str, str]] = [
            {"birth_date": "1985-00-09"},
            {"birth_name": ""},
            {"given_names": ""},
            {"sex": ""},
            {"matricule": MATRICULE[:13] + "88"},
        ]
        answers = [Answer(code="00", found=Found(**(FOUND | change))) for change in bad]
        for answer in (None, Answer(code="01"), Answer(code="02"), *answers):
            identity = self.create()
            if identity is not None:
                self.call_insi(identity, answer)

    def _both_routes_and_account(self) -> None:
        good = Answer(code="00", found=Found(**FOUND))
        first, second = self.create(), self.create()
        if first is None or second is None:
            return
        account = self.dui.open_account(first.id, "anne", "pro.martin")
        self.call_insi(first, good)
        self.note(self.dui.link_account(account, "pro.martin"))
        self.see(first)
        recovered = self.dui.identity(first.id)
        assert recovered is not None
        self.see(self.dui.verify(recovered, "CN", "pro.martin"))
        self.call_insi(self.dui.verify(second, "CN", "pro.martin"), good)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> str:
    faults.switch(None)
    return Observer(tmp_path_factory.mktemp("sain")).everything()


@pytest.fixture(autouse=True)
def _heal() -> Iterator[None]:
    yield
    faults.switch(None)


def test_observation_is_repeatable(healthy: str, tmp_path: Path) -> None:
    assert Observer(tmp_path).everything() == healthy


@pytest.mark.parametrize(
    "fault", [f.name for f in FAULTS if f.theme in THEMES and f.name not in PAGE_FAULTS]
)
def test_fault_is_observable(fault: str, healthy: str, tmp_path: Path) -> None:
    faults.switch(fault)
    assert Observer(tmp_path).everything() != healthy


def test_catalogue_is_well_formed_and_each_fault_sits_somewhere() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names)) >= 45
    assert {fault.theme for fault in FAULTS} == THEMES | LATER_THEMES
    code = "".join(
        path.read_text("utf-8")
        for path in (ROOT / "demo_dui").glob("*.py")
        if not path.name.startswith("fault_list")
    )
    assert [name for name in names if f'"{name}"' not in code] == []
    assert all(re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)+", i) for f in FAULTS for i in f.expected)


def test_unknown_fault_is_an_error() -> None:
    with pytest.raises(KeyError):
        faults.active("inexistant")
    with pytest.raises(KeyError):
        faults.switch("inexistant")


def test_demo_dui_imports_nothing_of_the_harness() -> None:
    pattern = re.compile(r"^\s*(from|import)\s+harness\b", re.MULTILINE)
    sources = list((ROOT / "demo_dui").glob("*.py"))
    assert sources
    assert not [p.name for p in sources if pattern.search(p.read_text("utf-8"))]


def test_each_later_fault_is_broken_somewhere_over_real_sockets() -> None:
    folder = Path(__file__).parent
    told = "".join(path.read_text("utf-8") for path in folder.rglob("test_*.py"))
    later = [fault.name for fault in FAULTS if fault.theme in LATER_THEMES]
    assert [name for name in later if not re.search(rf"[\" ]{name}[\" ]", told)] == []
