"""The desk of sign-in before a real small software: what is filed, and what is never an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.acting_access import AccessDesk
from harness.acting_secrets import Account, Marks, Password, Passwords, TargetHours
from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.model.access import OPENED, REFUSED, SECOND_FACTOR, SIGN_IN, AccessReleve
from harness.model.access_cases import Case
from harness.model.problems import Inconclusive
from harness.simulators.loop import ServiceLoop
from harness.targets.base import Capability
from harness.targets.drivers import Drivers
from harness.targets.target import Drivers as DriverTables
from harness.targets.target import Endpoints
from harness.targets.visiting import UnreadablePage
from tests.targets.sign_in_site import CODE, LOGIN, OPTIONS, PASSWORD, TwoFactors, sent, shown
from tests.targets.sites import Pki, Site, server_context, target_at

ACCOUNT = Account("patient", "7", "durand", Password(PASSWORD), "courriel")
MEANS = ("mot de passe", "courriel")


class KnownCodes:
    """The codes of the small software, which has one."""

    def marks(self) -> Marks:
        return Marks(0, 0)

    def right(self, account: Account, since: Marks) -> str:
        return CODE

    def wrong(self, account: Account) -> str:
        return "100003"

    def old(self, account: Account, since: Marks) -> str:
        return "100019"


@pytest.fixture
def software() -> TwoFactors:
    return TwoFactors()


@pytest.fixture
def desk(
    serve: Callable[..., Site], pki: Pki, software: TwoFactors, tmp_path: Path, loop: ServiceLoop
) -> Iterator[AccessDesk]:
    site = serve(software, server_context(pki))
    target = target_at(
        site.url,
        endpoints=Endpoints(base_url=site.url, ca_file=pki.path("ca")),
        drivers=DriverTables(visitor=replace(OPTIONS, way="html", scripts=False)),
        capabilities={Capability.SIGN_IN: "visitor"},
    )
    recorder = Recorder(Journal(tmp_path / "run"))
    drivers = Drivers(replace(target, delays={"default": 5.0}), recorder, loop)
    made = AccessDesk(
        drivers.visits,
        KnownCodes(),  # type: ignore[arg-type]
        Passwords(1, "essai", recorder.redactor),
        TargetHours(None),
        drivers.quiet_visitor,
    )
    yield made
    made.close()
    drivers.close()


def filed(access: object) -> AccessReleve:
    return AccessReleve.parse(access.releve)  # type: ignore[attr-defined]


def test_both_factors_open_what_is_protected(desk: AccessDesk) -> None:
    found = filed(desk.sign_in(ACCOUNT))
    assert (found.stage, found.means, found.opened) == (OPENED, MEANS, True)
    assert found.login == "durand" and found.case == ""


def test_the_first_factor_alone_is_filed_as_such(desk: AccessDesk) -> None:
    found = filed(desk.watched.sign_in(ACCOUNT, Case.ABSENT))
    assert (found.stage, found.means, found.case) == (SECOND_FACTOR, MEANS[:1], Case.ABSENT)
    assert found.reached and not found.opened


@pytest.mark.parametrize("case", [Case.WRONG, Case.OLD])
def test_a_code_that_is_refused_was_presented(desk: AccessDesk, case: Case) -> None:
    found = filed(desk.sign_in(ACCOUNT, case))
    assert (found.means, found.opened, found.case) == (MEANS, False, case)
    assert found.message == "Code refusé"


def test_a_second_factor_that_is_never_asked_is_no_error(
    desk: AccessDesk, software: TwoFactors
) -> None:
    cookie = {"Set-Cookie": "s=ouvert; HttpOnly; Path=/"}
    software.odd["POST /login"] = sent("/compte", cookie)
    found = filed(desk.sign_in(ACCOUNT, Case.WRONG))
    assert (found.stage, found.means, found.opened) == (OPENED, MEANS[:1], True)


def test_the_cookie_of_before_the_second_factor_is_kept_apart(desk: AccessDesk) -> None:
    entered = desk.sign_in(ACCOUNT)
    thief = filed(desk.steal(entered, Case.EARLY_COOKIE))
    assert (thief.means, thief.stage, thief.opened) == (("cookie",), SIGN_IN, False)
    assert filed(desk.steal(entered, Case.SIGNED_OUT)).opened
    assert filed(desk.again(entered)).opened


def test_tries_end_when_the_software_asks_for_nothing_more(
    desk: AccessDesk, software: TwoFactors
) -> None:
    locked = shown(LOGIN.format(alert='<p role="alert">Accès bloqué</p>'), 403)
    software.odd["POST /code"] = locked
    assert desk.sign_in(ACCOUNT, Case.WRONG).stage == REFUSED
    software.odd["POST /login"] = locked
    software.forms.clear()
    last = desk.exhaust(ACCOUNT)
    assert last.stage == REFUSED and filed(last).message == "Accès bloqué"
    assert not any("code" in form for form in software.forms)


def test_every_try_is_a_wrong_one(desk: AccessDesk, software: TwoFactors) -> None:
    desk.exhaust(ACCOUNT, 3)
    assert [form["code"] for form in software.forms if "code" in form] == ["100003"] * 3
    desk.fail(ACCOUNT, 3)
    typed = [form["mdp"] for form in software.forms if "mdp" in form]
    assert len([one for one in typed if one != PASSWORD]) == 3


def test_entering_is_not_judged_and_must_succeed(desk: AccessDesk) -> None:
    assert filed(desk.enter(ACCOUNT)).reached == ()
    entered = desk.watched.enter(ACCOUNT)
    assert filed(desk.again(entered)).opened, "the session follows its user to the pages filed"
    with pytest.raises(Inconclusive, match="durand"):
        desk.enter(ACCOUNT.with_password(Password("autre mot de passe")))


def test_a_form_that_is_gone_is_a_refusal_only_if_the_page_says_so(
    desk: AccessDesk, software: TwoFactors
) -> None:
    access = desk.enter(ACCOUNT)
    software.odd["GET /reinit"] = shown('<p role="alert">Lien déjà servi</p>', 410)
    here = desk.walk(access.visitor, "reset_password", link="/reinit", new_secret="x" * 20)
    assert here.releve.alerts == ("Lien déjà servi",)
    software.odd["GET /reinit"] = shown("<p>Bonjour</p>")
    with pytest.raises(UnreadablePage):
        desk.walk(access.visitor, "reset_password", link="/reinit", new_secret="x" * 20)


def test_a_matricule_is_shortened_where_it_is_filed(desk: AccessDesk) -> None:
    found = filed(desk.sign_in(ACCOUNT, Case.MATRICULE, identifier="279037505600134"))
    assert found.login == "2790…34"
    account = filed(desk.account_of(desk.sign_in(ACCOUNT))).account
    assert account["login"] == "durand"
