"""The status machine under any sequence of events, against a model written from the guide INS.

The model holds the two facts of règle 20 (was an INSi answer used, was a high-trust document
checked) and the erasures of règles 25 and 27; the software holds a status and transitions. Both
must tell the same story, and the INS must be there exactly while the status carries it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo_dui import faults, insi_decision, status
from demo_dui.identity import OID_NIR_TEST, Draft, Identity, Traits, key_of
from demo_dui.insi_messages import Found
from demo_dui.naming import RefusedError
from demo_dui.service import Dui
from demo_dui.status import Status
from demo_dui.store import Store

LENGTH = 12
MATRICULE = "284072A004117" + key_of("284072A004117")
TRAITS = Traits(
    birth_name="ROUVRE-DELMAS",
    first_birth_given_name="MARIE-ANNE",
    birth_given_names="MARIE-ANNE LOUISE",
    birth_date="1984-07-12",
    sex="F",
    birth_place_code="2A004",
)


@dataclass(frozen=True)
class Model:
    """What the guide INS says of an identity: two facts, and the attributes that bar them."""

    insi: bool = False
    checked: bool = False
    douteuse: bool = False
    fictive: bool = False

    @property
    def barred(self) -> bool:
        return self.douteuse or self.fictive

    @property
    def status(self) -> str:
        """Règle 20, a table of two facts."""
        return {
            (False, False): "provisoire",
            (True, False): "récupérée",
            (False, True): "validée",
            (True, True): "qualifiée",
        }[self.insi, self.checked]

    def after(self, event: str) -> Model:
        if event == "insi":
            return self if self.barred else replace(self, insi=True)
        if event == "document":
            return self if self.barred else replace(self, checked=True)
        if event == "trait strict":
            return replace(self, insi=False)
        if event == "douteuse":
            # Refused when the identity is fictive: the two attributes never go together.
            return self if self.fictive else Model(douteuse=True)
        if event == "fictive":
            return self if self.douteuse else Model(fictive=True)
        if event == "sans attribut":
            return replace(self, douteuse=False, fictive=False)
        assert event in ("INSi sans réponse", "document faible", "trait complémentaire")
        return self


EVENTS = (
    *("insi", "document", "trait strict", "douteuse", "fictive", "sans attribut"),
    *("INSi sans réponse", "document faible", "trait complémentaire"),
)
sequences = st.lists(st.sampled_from(EVENTS), min_size=1, max_size=LENGTH)


@pytest.fixture(autouse=True)
def healthy() -> Iterator[None]:
    faults.switch(None)
    yield
    faults.switch(None)


# The transitions alone

TRANSITIONS: dict[str, Callable[[Status], Status]] = {
    "insi": status.after_insi,
    "document": status.after_check,
    "trait strict": status.without_ins,
}


def test_every_sequence_of_transitions_stays_in_the_table() -> None:
    """All the sequences of 12 events, by their distinct states: the machine has no memory else."""
    reached = {(status.at_creation(), Model())}
    for _ in range(LENGTH):
        following = {
            (act(state), model.after(event))
            for state, model in reached
            for event, act in TRANSITIONS.items()
        }
        assert all(isinstance(state, Status) for state, _ in following)
        assert all(state.value == model.status for state, model in following)
        reached |= following
    assert {state for state, _ in reached} == set(Status)


def test_transitions_never_leave_the_four_statuses() -> None:
    for state, act in itertools.product(Status, TRANSITIONS.values()):
        assert act(state) in set(Status)


@pytest.mark.parametrize("fault", ["statut-defaut-valide", "recuperee-jamais-qualifiee"])
def test_model_tells_a_seeded_fault_from_the_healthy_machine(fault: str) -> None:
    faults.switch(fault)
    state, model = status.at_creation(), Model()
    seen = [state.value == model.status]
    for event in ("insi", "document"):
        state, model = TRANSITIONS[event](state), model.after(event)
        seen.append(state.value == model.status)
    assert not all(seen)


# The software that uses them


def _found(identity: Identity) -> Found:
    traits = identity.traits
    return Found(
        matricule=MATRICULE,
        oid=OID_NIR_TEST,
        birth_name=traits.birth_name or "",
        given_name=traits.first_birth_given_name or "",
        given_names=traits.birth_given_names or "",
        sex=traits.sex or "",
        birth_date=traits.birth_date or "",
        birth_place_code=traits.birth_place_code or "",
        former=(),
    )


def _insi(dui: Dui, identity: Identity) -> None:
    """Take a right answer of INSi, as the software does once it has received one."""
    if insi_decision.call_refusal(identity):
        return
    found = _found(identity)
    assert not insi_decision.block_reason(identity, found)
    taken = insi_decision.completed_by_insi(identity, found, "traits", "2026-06-12")
    dui.record(identity, taken, "pro.martin", "réponse INSi")


def _act(dui: Dui, identity: Identity, event: str, rank: int) -> None:
    by = "super.lefevre"
    if event == "insi":
        _insi(dui, identity)
    elif event in ("document", "document faible"):
        dui.verify(identity, "CN" if event == "document" else "carte de cantine", by)
    elif event == "trait strict":
        # Another day each time, so that the trait really changes.
        traits = replace(identity.traits, birth_date=f"1984-07-{rank + 13:02}")
        dui.change(identity, Draft(traits=traits), by, super_user=True)
    elif event == "trait complémentaire":
        traits = replace(identity.traits, used_name=f"VASSEUR{'S' * rank}")
        dui.change(identity, Draft(traits=traits), by, super_user=False)
    elif event == "sans attribut":
        dui.mark(identity, {"douteuse": False, "fictive": False}, by)
    elif event in ("douteuse", "fictive"):
        dui.mark(identity, {event: True}, by)


@pytest.fixture(scope="module")
def dui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dui]:
    store = Store(tmp_path_factory.mktemp("machine"))
    yield Dui(store, "ri", None, None)
    store.close()


def _play(dui: Dui, events: list[str]) -> None:
    identity = dui.create(Draft(traits=TRAITS), "pro.martin")
    model = Model()
    statuses = [identity.status]
    for rank, event in enumerate(events):
        with suppress(RefusedError):
            _act(dui, identity, event, rank)
        model = model.after(event)
        kept = dui.identity(identity.id)
        assert kept is not None
        identity = kept
        told = f"{events[: rank + 1]} : {identity.status}"
        assert identity.status.value == model.status, told
        assert bool(identity.matricule) == bool(identity.oid) == model.insi, told
        assert ("douteuse" in identity.attributes) == model.douteuse, told
        assert ("fictive" in identity.attributes) == model.fictive, told
        assert identity.shareable_matricule == (model.insi and model.checked), told
        if identity.status is not statuses[-1]:
            statuses.append(identity.status)
    changes = dui.store.status_changes(identity.id)
    assert [(one.old, one.new) for one in changes] == [
        (old.value, new.value) for old, new in itertools.pairwise(statuses)
    ]


@settings(max_examples=120, deadline=None)
@given(events=sequences)
def test_software_never_leaves_the_model(dui: Dui, events: list[str]) -> None:
    _play(dui, events)


def test_every_pair_of_events_from_every_state(dui: Dui) -> None:
    roads = {
        "provisoire": [],
        "récupérée": ["insi"],
        "validée": ["document"],
        "qualifiée": ["insi", "document"],
        "douteuse": ["insi", "document", "douteuse"],
        "fictive": ["insi", "document", "fictive"],
    }
    for road in roads.values():
        for first, second in itertools.product(EVENTS, repeat=2):
            _play(dui, [*road, first, second])
