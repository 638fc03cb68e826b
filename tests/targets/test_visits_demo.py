"""Every journey of the demo's target file, walked for real: demo, mails, SMS, Pro Santé Connect."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest

from harness.cast import Cast
from harness.model.access import ACTIVITY, OPENED, REFUSED, RENEWAL, SECOND_FACTOR, SIGN_IN
from harness.model.releve import AttemptReleve, ScreenReleve
from harness.targets.access_base import Opened, PatientAccess, ProfessionalAccess
from harness.targets.coherence_access import JOURNEYS
from harness.targets.visiting import Visit, Visitor
from harness.workbench import Workbench
from tests.targets.test_screens import browser

DEMO = Path(__file__).parents[2] / "fixtures" / "targets" / "demo.toml"
PASSWORD, OTHER = "Sentier-des-dunes-41", "Rivage-du-soir-86-!"
WAIT = 10.0


@dataclass
class Walk:
    """A workbench on the demo, and what was walked and typed there."""

    bench: Workbench
    walked: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=lambda: {PASSWORD, OTHER})
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, user: Visitor, journey: str, /, **values: str) -> Visit:
        self.walked.add(journey)
        return self.bench.drivers.visits.walk(user, journey, **values)

    def accepted(self, user: Visitor, journey: str, /, **values: str) -> Visit:
        visit = self(user, journey, **values)
        assert self.bench.drivers.visits.accepted(visit), (journey, visit.releve.alerts)
        return visit

    def stage(self, visit: Visit) -> str:
        return self.bench.drivers.visits.stage(visit)

    def code(self, text: str) -> str:
        """Return the code of a message."""
        found = self.bench.drivers.visits.code_in(text)
        assert found, text
        return found

    def mailed(self, login: str, after: int) -> str:
        return self.bench.mail.wait_for(f"{login}@banc.example.org", WAIT, after).text

    def patient(self, second_factor: str = "totp") -> tuple[Opened, str]:
        """Open the access of a fresh patient; return it with its login."""
        number = next(self.numbers)
        person = Cast(1, f"visite-{number}").person("durand-camille")
        drivers = self.bench.drivers
        patient = drivers.identities.create(person).patient
        login = f"usager.visite.{number}"
        opened = drivers.people.create_patient_access(
            patient,
            PatientAccess(
                login=login,
                identity_check="case",
                email=f"{login}@banc.example.org",
                phone=f"+336399800{number:02}",
                password=PASSWORD,
                second_factor=second_factor,
            ),
        )
        assert opened.accepted, AttemptReleve.parse(opened.releve).message
        self.secrets.add(opened.totp_secret)
        return opened, login

    def verify_email(self, user: Visitor, login: str) -> None:
        """Have a user prove their address by the code that it receives."""
        mark = self.bench.mail.mark()
        self.accepted(user, "verify_email", email=f"{login}@banc.example.org")
        self.accepted(user, "confirm_email", code=self.code(self.mailed(login, mark)))

    def entered(self, opened: Opened, login: str) -> Visitor:
        """Return a patient who is signed in by TOTP."""
        user = self.bench.drivers.visits.start()
        assert self.stage(self(user, "sign_in", user=login, secret=PASSWORD)) == SECOND_FACTOR
        code = pyotp.TOTP(opened.totp_secret).now()
        assert self.stage(self(user, "second_factor", code=code)) == OPENED
        return user


BOTH = pytest.mark.parametrize("walk", ["html", "browser"], indirect=True, scope="module")
PLAIN = pytest.mark.parametrize("walk", ["html"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def walk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    way = request.param
    if way == "browser":
        browser()
    folder = tmp_path_factory.mktemp("visites")
    written = DEMO.read_text(encoding="utf-8").replace('way = "browser"', f'way = "{way}"')
    (folder / "demo.toml").write_text(written, encoding="utf-8")
    bench = Workbench(folder / "demo.toml", folder / "rapports", seed=1)
    try:
        yield Walk(bench)
    finally:
        bench.close()


@BOTH
def test_a_patient_comes_in_by_two_factors(walk: Walk) -> None:
    opened, login = walk.patient()
    visits = walk.bench.drivers.visits
    user = visits.start()
    refused = walk(user, "sign_in", user=login, secret=OTHER)
    assert walk.stage(refused) == REFUSED and refused.releve.alerts
    first = walk(user, "sign_in", user=login, secret=PASSWORD)
    assert walk.stage(first) == SECOND_FACTOR
    places = {"account_id": opened.id}
    assert not any(one.open for one in visits.reach(user, "patient", **places))
    early = visits.session(user)
    wrong = walk(user, "second_factor", code="000000")
    assert walk.stage(wrong) == SECOND_FACTOR and not visits.accepted(wrong)
    code = pyotp.TOTP(opened.totp_secret).now()
    assert walk.stage(walk(user, "second_factor", code=code)) == OPENED
    reached = visits.reach(user, "patient", **places)
    assert [one.way for one in reached] == ["page", "page", "api"]
    assert all(one.open for one in reached)
    thief = visits.start()
    thief.carry(early)
    assert not any(one.open for one in visits.reach(thief, "patient", **places))
    assert visits.account(user, "patient")["login"] == login
    shown = walk(user, "account")
    assert visits.read(shown, "account", "login") == login
    assert walk.stage(walk(user, "sign_out")) == SIGN_IN
    thief.carry(visits.session(user))
    assert not any(one.open for one in visits.reach(user, "patient", **places))
    picture = user.picture("connexion")
    assert "Se connecter" in ScreenReleve.parse(picture.releve).buttons


@PLAIN
def test_contacts_factors_and_spare_codes(walk: Walk) -> None:
    opened, login = walk.patient()
    bench, visits = walk.bench, walk.bench.drivers.visits
    user = walk.entered(opened, login)
    walk.verify_email(user, login)
    mark, phone = bench.sms.mark(), "+33639980099"
    walk.accepted(user, "verify_phone", phone=phone)
    text = bench.sms.wait_for(phone, WAIT, mark).text
    walk.accepted(user, "confirm_phone", code=walk.code(text))

    shown = walk.accepted(user, "choose_factor", kind="totp")
    key = visits.read(shown, "choose_factor", "totp_secret").replace(" ", "")
    walk.secrets.add(key)
    picture = user.picture("enrôlement")
    assert key.encode() not in picture.releve.content + picture.image.content
    proved = walk.accepted(user, "confirm_factor", code=pyotp.TOTP(key).now())
    spare = visits.read(proved, "confirm_factor", "recovery_codes").split()
    assert len(spare) == 8
    walk.secrets.update(spare)
    assert spare[0].encode() not in user.picture("codes").releve.content

    anybody = visits.start()
    values = {"user": login, "secret": PASSWORD, "recovery_code": spare[0]}
    walk.accepted(anybody, "lose_device", **values)
    shown = walk.accepted(anybody, "choose_factor", kind="totp")
    assert visits.read(shown, "choose_factor", "totp_secret").replace(" ", "") != key


@PLAIN
def test_codes_by_mail_are_sent_again(walk: Walk) -> None:
    opened, login = walk.patient()
    bench, visits = walk.bench, walk.bench.drivers.visits
    user = walk.entered(opened, login)
    walk.verify_email(user, login)
    mark = bench.mail.mark()
    walk.accepted(user, "choose_factor", kind="courriel")
    walk.accepted(user, "confirm_factor", code=walk.code(walk.mailed(login, mark)))

    again, mark = visits.start(), bench.mail.mark()
    assert walk.stage(walk(again, "sign_in", user=login, secret=PASSWORD)) == SECOND_FACTOR
    old = walk.code(walk.mailed(login, mark))
    mark = bench.mail.mark()
    walk.accepted(again, "resend_code")
    code = walk.code(walk.mailed(login, mark))
    assert not visits.accepted(walk(again, "second_factor", code=old))
    assert walk.stage(walk(again, "second_factor", code=code)) == OPENED


@PLAIN
def test_secrets_change_come_back_and_die(walk: Walk) -> None:
    opened, login = walk.patient()
    bench, visits = walk.bench, walk.bench.drivers.visits
    user = walk.entered(opened, login)
    walk.verify_email(user, login)
    walk.accepted(user, "change_password", secret=PASSWORD, new_secret=OTHER)
    traits = {"birth_name": "AUTRE", "used_name": "", "birth_date": "1990-01-02"}
    walk.accepted(user, "correct_identity", **traits)

    anybody, mark = visits.start(), bench.mail.mark()
    walk.accepted(anybody, "ask_recovery", user=login)
    link = visits.link_in(walk.mailed(login, mark))
    walk.accepted(anybody, "reset_password", link=link, new_secret=PASSWORD)
    assert not visits.accepted(walk(visits.start(), "sign_in", user=login, secret=OTHER))

    mark = bench.mail.mark()
    walk.accepted(anybody, "ask_revocation", user=login)
    walk.accepted(anybody, "confirm_revocation", link=visits.link_in(walk.mailed(login, mark)))
    dead = walk(visits.start(), "sign_in", user=login, secret=PASSWORD)
    assert walk.stage(dead) == REFUSED


@PLAIN
def test_means_are_revoked_by_their_owner(walk: Walk) -> None:
    opened, login = walk.patient()
    user = walk.entered(opened, login)
    walk(user, "revoke", means="totp")
    opened, login = walk.patient()
    walk(walk.entered(opened, login), "revoke_all")
    dead = walk(walk.bench.drivers.visits.start(), "sign_in", user=login, secret=PASSWORD)
    assert walk.stage(dead) == REFUSED


@BOTH
def test_a_professional_by_password_and_by_psc(walk: Walk) -> None:
    bench, drivers = walk.bench, walk.bench.drivers
    visits, person = drivers.visits, Cast(1, "visite-pro").professional("medecin-deux-exercices")
    bench.psc.knows(person)
    bench.annuaire.knows(person)
    drivers.directory.refresh("api")
    mark = bench.mail.mark()
    access = ProfessionalAccess(
        login="pro.visite", email="pro.visite@banc.example.org", profile="soignant"
    )
    opened = drivers.people.create_professional(person, access)
    assert opened.accepted, AttemptReleve.parse(opened.releve).message
    newcomer = visits.start()
    link = visits.link_in(walk.mailed("pro.visite", mark))
    walk.accepted(newcomer, "activate", link=link, new_secret=PASSWORD)

    user = visits.start()
    assert walk.stage(walk(user, "sign_in", user="pro.visite", secret=PASSWORD)) == OPENED
    assert all(one.open for one in visits.reach(user, "professional"))
    by_password = visits.account(user, "professional")
    walk(user, "sign_out")

    refusing = visits.start()
    walk(refusing, "psc_start")
    walk(refusing, "psc_identify", moyen="CPS", professionnel=person.national_id)
    refused = walk(refusing, "psc_refuse")
    assert walk.stage(refused) in {REFUSED, SIGN_IN} and refused.releve.alerts

    assert walk.stage(walk(user, "psc_start")) == SIGN_IN
    walk(user, "psc_identify", moyen="e-CPS", professionnel=person.national_id)
    chosen = walk(user, "psc_consent")
    assert walk.stage(chosen) == ACTIVITY
    structure = person.activities[1].structure_name
    assert walk.stage(walk(user, "choose_activity", activity=structure)) == OPENED
    by_psc = visits.account(user, "professional")
    assert by_psc["national_id"] == by_password["national_id"] == person.national_id
    assert by_psc["activity"] == structure
    assert dict(drivers.psc.session(user).values)["national_id"] == person.national_id
    assert walk.stage(walk(user, "sign_out")) == SIGN_IN
    assert not drivers.psc.session(user).accepted


@PLAIN
def test_an_imposed_renewal_opens_nothing_before_it(walk: Walk) -> None:
    opened, login = walk.patient()
    drivers, visits = walk.bench.drivers, walk.bench.drivers.visits
    assert drivers.security.renewal_delay("mot-de-passe-usager", 1).accepted
    try:
        ahead = 3 * 24 * 3600
        drivers.clock.shift(ahead)
        user = visits.start()
        visit = walk(user, "sign_in", user=login, secret=PASSWORD)
        if walk.stage(visit) == SECOND_FACTOR:
            import time

            code = pyotp.TOTP(opened.totp_secret).at(int(time.time()) + ahead)
            visit = walk(user, "second_factor", code=code)
        assert walk.stage(visit) == RENEWAL
        assert not any(one.open for one in visits.reach(user, "patient", account_id=opened.id))
        assert walk.stage(walk(user, "forced_renewal", new_secret=OTHER)) == OPENED
    finally:
        drivers.clock.reset()
        drivers.security.renewal_delay("mot-de-passe-usager", 365)


@PLAIN
def test_nothing_that_was_typed_is_in_the_journal(walk: Walk) -> None:
    assert walk.walked == set(JOURNEYS)
    files = [one for one in walk.bench.folder.rglob("*") if one.is_file()]
    kept = [one for one in files if "demo_dui" not in one.parts]
    for secret in filter(None, walk.secrets):
        found = [one.name for one in kept if secret.encode() in one.read_bytes()]
        assert not found, (len(secret), found[:3])
