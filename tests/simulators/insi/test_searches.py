"""What INSi answers: codes 00, 01, 02, history, disambiguation, card, verification."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import requests

from harness.evidence.recorder import Recorder
from harness.model.artefact import Exchange
from harness.model.identity import Person
from harness.model.problems import HarnessFault, Inconclusive
from harness.model.verdict import Verdict
from harness.simulators.insi import InsiSimulator
from tests.simulators.conftest import SEEDS
from tests.simulators.soap import CARD, VERIFICATION, Client, by_card, by_traits, verification

People = dict[str, Person]


def test_every_seed_is_found_by_all_its_traits_and_judged_conform(
    insi: InsiSimulator, client: Client
) -> None:
    for person in insi.load_seeds(SEEDS):
        answer = client.search(person, *person.birth_given_names, place=person.birth_place_code)
        found = "RESULTAT/INDIVIDU"
        assert answer.code == "00", person.key
        number = answer.text(f"{found}/INSACTIF/IdIndividu/NumIdentifiant")
        assert number + answer.text(f"{found}/INSACTIF/IdIndividu/Cle") == person.matricule
        assert answer.text(f"{found}/INSACTIF/OID") == person.oid
        told = [
            answer.text(f"{found}/TIQ/{name}")
            for name in (
                "NomNaissance",
                "Prenom",
                "ListePrenom",
                "Sexe",
                "DateNaissance",
                "LieuNaissance",
            )
        ]
        assert told == [
            person.birth_name,
            person.birth_given_names[0],
            " ".join(person.birth_given_names),
            person.sex,
            person.birth_date,
            person.birth_place_code,
        ]
    verdicts = {call.judgement.verdict for call in insi.journal}
    assert verdicts == {Verdict.CONFORM}


@pytest.mark.parametrize("key", ["durand-camille", "etranger"])
def test_any_given_name_of_the_list_finds_the_person(
    insi: InsiSimulator, client: Client, people: People, key: str
) -> None:
    insi.knows(people[key])
    for given_name in people[key].birth_given_names:
        assert client.search(people[key], given_name).code == "00"


def test_a_wrong_trait_finds_nobody_and_gives_no_identity(client: Client, camille: Person) -> None:
    wrong = (
        replace(camille, birth_name="DURANT"),
        replace(camille, birth_given_names=("LOUISE",)),
        replace(camille, birth_date="1979-03-23"),
        replace(camille, sex="M"),
    )
    for person in wrong:
        answer = client.search(person)
        assert answer.code == "01"
        assert answer.root.find(".//{*}INDIVIDU") is None
    assert client.search(camille, place="13055").code == "01"


def test_homonyms_are_several_until_a_given_name_or_the_place_tells_them_apart(
    insi: InsiSimulator, client: Client, people: People
) -> None:
    one, other = people["homonyme-a"], people["homonyme-b"]
    insi.knows(one, other)
    answer = client.search(one)
    assert answer.code == "02"
    assert answer.root.find(".//{*}INDIVIDU") is None
    for person in (one, other):
        matricule = "RESULTAT/INDIVIDU/INSACTIF/IdIndividu/NumIdentifiant"
        by_names = client.search(person, *person.birth_given_names)
        by_place = client.search(person, place=person.birth_place_code)
        assert by_names.text(matricule) == by_place.text(matricule) == person.matricule[:13]


def test_persons_alike_in_every_trait_stay_several(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.knows(replace(camille, key="sosie", matricule="279037511500207"))
    answer = client.search(camille, *camille.birth_given_names, place=camille.birth_place_code)
    assert answer.code == "02"


def test_twins_are_told_apart_by_their_first_given_name(
    insi: InsiSimulator, client: Client, people: People
) -> None:
    insi.knows(people["jumelle-a"], people["jumelle-b"])
    assert client.search(people["jumelle-a"]).code == "00"
    assert client.search(people["jumelle-a"], "ROSE").code == "02"
    assert len(insi.calls_for(people["jumelle-b"])) == 1  # ROSE is a name of both


def test_the_history_is_given_with_its_periods(
    insi: InsiSimulator, client: Client, people: People
) -> None:
    person = people["historique"]
    insi.knows(person)
    answer = client.search(person)
    told = [
        tuple(one.findtext(f".//{{*}}{name}") for name in ("NumIdentifiant", "DateDeb", "DateFin"))
        for one in answer.root.iterfind(".//{*}INSHISTO")
    ]
    assert told == [(past.matricule[:13], past.start, past.end) for past in person.former]


def test_a_forgotten_person_is_not_found(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.forgets(camille)
    assert client.search(camille).code == "01"


def test_knowing_a_person_again_replaces_the_former_entry(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.knows(replace(camille, birth_name="DUVAL"))
    assert client.search(camille).code == "01"
    assert client.search(replace(camille, birth_name="DUVAL")).code == "00"


def test_a_person_without_matricule_cannot_be_known(insi: InsiSimulator, camille: Person) -> None:
    with pytest.raises(HarnessFault, match="matricule"):
        insi.knows(replace(camille, matricule=""))


def test_the_card_finds_its_holder_alone(
    insi: InsiSimulator, client: Client, camille: Person, people: People
) -> None:
    assert client.post(by_card(camille, camille.card_serial), CARD).code == "00"
    assert client.post(by_card(camille, "00000000000000000999"), CARD).code == "01"
    insi.knows(people["apostrophe"])  # has no card
    assert client.post(by_card(people["apostrophe"], camille.card_serial), CARD).code == "01"
    assert [call.operation for call in insi.journal] == ["vitale"] * 3


def test_verification_agrees_only_with_the_right_matricule_and_traits(
    insi: InsiSimulator, client: Client, camille: Person, people: People
) -> None:
    insi.knows(people["corse-2b"])
    assert client.post(verification(camille), VERIFICATION).code == "00"
    wrong = (
        replace(camille, matricule=people["corse-2b"].matricule),
        replace(camille, birth_name="DURANT"),
        replace(camille, oid="1.2.250.1.213.1.4.11"),
    )
    for person in wrong:
        assert client.post(verification(person), VERIFICATION).code == "01"
    assert insi.journal[0].operation == "verification"
    assert insi.journal[0].traits.matricule == camille.matricule


def test_a_verification_fails_on_demand_and_a_search_does_not(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.fails_with("verification-ko", camille)
    assert client.post(verification(camille), VERIFICATION).code == "01"
    assert client.search(camille, *camille.birth_given_names).code == "00"
    insi.works(camille)
    assert client.post(verification(camille), VERIFICATION).code == "00"


def test_the_journal_holds_what_was_asked_answered_and_judged(
    insi: InsiSimulator, client: Client, camille: Person, recorder: Recorder
) -> None:
    sent = by_traits(camille, "CAMILLE", "ANNE", place="75115")
    answer = client.post(sent)
    (call,) = insi.calls_for(camille)
    assert (call.seq, call.operation, call.code, call.status) == (1, "traits", "00", 200)
    assert call.traits.birth_given_names == ("CAMILLE", "ANNE")
    assert call.request.content == sent
    assert call.answer is not None
    assert call.answer.content == answer.content
    assert set(call.check.artefacts) == {"request", "answer"}
    assert call.judgement.verdict is Verdict.CONFORM
    ((seq, exchange),) = recorder.exchanges
    assert (seq, exchange.request, exchange.response) == (1, sent, answer.content)
    assert exchange.protocol == "soap"
    assert "00" in exchange.label


def test_a_call_that_cannot_be_recorded_is_not_answered_and_is_told(
    insi: InsiSimulator, client: Client, camille: Person, recorder: Recorder
) -> None:
    def full(seq: int, exchange: Exchange) -> None:
        raise HarnessFault("disque plein")

    recorder.subscribe(full)
    with pytest.raises(requests.ConnectionError):
        client.search(camille)
    with pytest.raises(HarnessFault, match="disque plein"):
        insi.wait_for_call(camille, 5)
    with pytest.raises(HarnessFault, match="disque plein"):
        insi.calls_for(camille)


def test_a_request_without_its_contexts_is_answered_and_judged_non_conform(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    whole = by_traits(camille)
    start, end = whole.index(b"<b:ContexteBAM"), whole.index(b"</b:ContexteBAM>")
    client.post(whole[:start] + whole[end + len(b"</b:ContexteBAM>") :])
    (call,) = insi.journal
    assert call.judgement.verdict is Verdict.NON_CONFORM
    assert "INSI-02" in call.judgement.reason


def test_waiting_for_a_call_returns_it_when_it_comes(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    late = threading.Timer(0.05, client.search, (camille,))
    late.start()
    call = insi.wait_for_call(camille, 5)
    late.join()
    assert call.code == "00"
    with pytest.raises(Inconclusive):
        insi.wait_for_call(camille, 0.01, after=call.seq)


def test_a_call_that_never_comes_says_what_came_instead(
    insi: InsiSimulator, client: Client, camille: Person, people: People
) -> None:
    with pytest.raises(Inconclusive, match="aucun appel INSi pour BENSALEM NADIA"):
        insi.wait_for_call(people["etranger"], 0.01)
    client.search(camille)
    with pytest.raises(Inconclusive, match="1 appel"):
        insi.wait_for_call(people["etranger"], 0.01)


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_name": "Durand"},
        {"birth_date": "22/03/1979"},
        {"sex": "2"},
        {"sex": ""},
        {"birth_given_names": ("CAMILLE ANNE",)},
    ],
)
def test_a_call_is_still_about_its_person_when_a_trait_is_sent_wrongly(
    insi: InsiSimulator, client: Client, camille: Person, changes: dict[str, str]
) -> None:
    client.search(replace(camille, **changes))  # type: ignore[arg-type]
    assert len(insi.calls_for(camille)) == 1
    assert insi.calls_for(replace(camille, birth_name="AUBRY", matricule="")) == []


def test_an_order_of_calls_is_compared_with_what_came(
    insi: InsiSimulator, client: Client, camille: Person, people: People
) -> None:
    insi.expects(camille, "traits", "vitale")
    client.search(camille)
    assert insi.unmet() == [
        "appels INSi pour durand-camille — attendu : traits, puis vitale · constaté : traits"
    ]
    client.post(by_card(camille, camille.card_serial), CARD)
    assert insi.unmet() == []
