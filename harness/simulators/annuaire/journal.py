"""What the Annuaire saw: one `AnnuaireCall` a request, and how it is filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from harness.evidence.recorder import Recorder
from harness.model.artefact import Artefact, Exchange, TlsFacts
from harness.simulators.annuaire.layout import API_PATH, KEY_HEADER
from harness.simulators.annuaire.replies import Reply

NAME = "Annuaire Santé (simulateur)"
REQUEST_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class AnnuaireCall:
    """One request that reached the Annuaire, and what was answered.

    `operation` is `recherche`, `lecture`, `extraction`, `metadata`, or empty when it was not
    understood; `resource` the FHIR type asked; `parameters` the query (a repeated one keeps its
    values joined by `&`); `national_ids` the professionals whom the answer tells of; `data_at` the
    date of the data; `status` the HTTP status, 0 when nothing was answered; `fault` the fault that
    was applied.
    """

    seq: int
    at: datetime
    operation: str
    resource: str
    parameters: Mapping[str, str]
    status: int
    fault: str
    national_ids: tuple[str, ...]
    data_at: datetime
    request: Artefact
    answer: Artefact | None

    def asks_for(self, value: str) -> bool:
        """Say whether a parameter holds a value (an RPPS, a name…), alone or among others."""
        written = (part for held in self.parameters.values() for part in held.split("&"))
        choices = (one for part in written for one in part.split(","))
        return any(one.rpartition("|")[2] == value for one in choices)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it came; the key itself is never kept."""

    at: datetime
    method: str
    path: str
    path_and_query: str
    pairs: tuple[tuple[str, str], ...]
    """Of the query, then of the form."""
    body: bytes = field(repr=False)
    key_shown: bool
    tls: TlsFacts | None

    @property
    def text(self) -> bytes:
        """Return the request as it is filed."""
        key = "présente" if self.key_shown else "absente"
        head = f"{self.method} {self.path_and_query} HTTP/1.1\n{KEY_HEADER}: {key}\n\n"
        return head.encode() + self.body


def file_call(
    recorder: Recorder, arrival: Arrival, reply: Reply, fault: str, answer: bytes
) -> AnnuaireCall:
    """Record the exchange and return the call. Raises `HarnessFault` when the disk refuses."""
    exchange = _exchange(arrival, reply, fault, answer)
    seq = recorder.exchange(exchange)
    origin = f"échange {seq}, {NAME}"
    received = Artefact("réponse de l'Annuaire", answer, reply.media_type, origin, seq)
    told_of = (*(one for found in reply.page for one in found.national_ids), *dict(reply.lines))
    asked = reply.asked
    return AnnuaireCall(
        seq=seq,
        at=arrival.at,
        operation=reply.operation.value,
        resource=asked.kind if asked else _first_part(arrival.path),
        parameters=_joined(asked.pairs if asked else arrival.pairs),
        status=0 if reply.silent else reply.status,
        fault=fault,
        national_ids=tuple(dict.fromkeys(told_of)),
        data_at=reply.at,
        request=Artefact("demande à l'Annuaire", exchange.request, REQUEST_TYPE, origin, seq),
        answer=received if answer else None,
    )


def _exchange(arrival: Arrival, reply: Reply, fault: str, answer: bytes) -> Exchange:
    told = "aucune réponse" if reply.silent else str(reply.status)
    label = f"{arrival.method} {arrival.path_and_query[:120]} → {told}"
    return Exchange(
        at=arrival.at,
        protocol="https",
        speaker="cible",
        listener=NAME,
        request=arrival.text,
        response=answer,
        request_type=REQUEST_TYPE,
        response_type=reply.media_type if answer else "",
        label=f"{label}, panne {fault}" if fault else label,
        tls=arrival.tls,
    )


def _first_part(path: str) -> str:
    return path.removeprefix(API_PATH).strip("/").partition("/")[0]


def _joined(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    held: dict[str, str] = {}
    for name, value in pairs:
        held[name] = f"{held[name]}&{value}" if name in held else value
    return held
