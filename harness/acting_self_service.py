"""The desk of one's own account: password, contacts, second factor, loss, revocation, recovery.

Each act is filed as an `AttemptReleve`, each message received as a `ContactReleve`: a refusal is
what a rule judges, never an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from harness.acting_access import Access, AccessDesk
from harness.acting_secrets import MAIL, TOTP, Account, Codes, Marks, Password
from harness.model.access import RENEWAL, SIGN_IN, AccessReleve, ContactReleve
from harness.model.access_cases import Act
from harness.model.artefact import Artefact
from harness.model.problems import Inconclusive
from harness.model.releve import AttemptReleve
from harness.targets.base import Screen

if TYPE_CHECKING:
    from harness.targets.visiting import Visit


@dataclass(frozen=True, slots=True)
class Done:
    """An act of a user on an account: accepted or not, and who did it."""

    accepted: bool
    releve: Artefact
    """Its `AttemptReleve`."""
    access: Access
    """Who did it, with the account as it is now."""
    since: Marks | None = None
    """Where the messages stood before it, for an act that sends one."""

    @property
    def account(self) -> Account:
        """Return the account as it is now: changed when the act was accepted."""
        return self.access.account

    def picture(self, page: str = "compte") -> Screen:
        """Return the page that its user sees, as a proof."""
        return self.access.picture(page)


@dataclass(frozen=True, slots=True)
class Letter:
    """What reached an address: its `ContactReleve`, and the code or the link that it carries."""

    releve: Artefact
    account: Account
    code: str = field(default="", repr=False)
    link: str = field(default="", repr=False)


class SelfServiceDesk:
    """What users do by themselves, signed in or not."""

    def __init__(self, access: AccessDesk, codes: Codes) -> None:
        self._access = access
        self._visits = access.visits
        self._codes = codes

    @property
    def watched(self) -> SelfServiceDesk:
        """Return the same desk, its users before pages of which a picture will be filed."""
        return SelfServiceDesk(self._access.watched, self._codes)

    # -- password -----------------------------------------------------------------------------

    def change_password(self, access: Access, new: Password) -> Done:
        """Change the password of who is signed in."""
        old = access.account.password.text
        visit = self._walk(access, "change_password", secret=old, new_secret=new.text)
        return self._done(access, visit, Act.CHOICE, access.account.with_password(new))

    def renew(self, access: Access, new: Password) -> Done:
        """Choose the new password that the software imposes at sign-in, if it does impose it."""
        if access.stage != RENEWAL:
            return _not_imposed(access)
        visit = self._walk(access, "forced_renewal", new_secret=new.text)
        return self._done(access, visit, Act.CHOICE, access.account.with_password(new))

    def ask_recovery(self, account: Account) -> Marks:
        """Ask for a recovery link, without signing in; return where the messages stood before."""
        since = self._codes.marks()
        self._visits.walk(self._access.start(), "ask_recovery", user=account.login)
        return since

    def reset(self, letter: Letter, new: Password) -> Done:
        """Use a recovery link to choose a new password."""
        access = self._by_link(letter)
        visit = self._walk(access, "reset_password", link=letter.link, new_secret=new.text)
        return self._done(access, visit, Act.RECOVERY, letter.account.with_password(new))

    # -- messages -----------------------------------------------------------------------------

    def letter(self, account: Account, since: Marks, channel: str = MAIL) -> Letter:
        """Wait for a message to an account, and read its code and its link.

        At the deadline the letter is empty: that nothing came is for a rule to judge.
        """
        address = account.contact(channel)
        try:
            text = self._codes.message(channel, address, since)
        except Inconclusive:
            return Letter(_contact(channel, address, 0), account)
        code, link = self._visits.code_in(text), self._visits.link_in(text)
        return Letter(
            _contact(channel, address, 1, code=bool(code), link=bool(link)), account, code, link
        )

    def arrived(self, channel: str, address: str, since: Marks) -> Artefact:
        """Return what has reached an address since `since`, without waiting."""
        return _contact(channel, address, self._codes.count(channel, address, since))

    # -- contacts -----------------------------------------------------------------------------

    def verify(self, access: Access, channel: str, address: str) -> Letter:
        """Ask to verify an address or a number of who is signed in, and read what it received."""
        since = self._codes.marks()
        if channel == MAIL:
            self._walk(access, "verify_email", email=address)
            account = replace(access.account, email=address)
        else:
            self._walk(access, "verify_phone", phone=address)
            account = replace(access.account, phone=address)
        return self.letter(account, since, channel)

    def notice(self, changed: Done, former: Account, channel: str = MAIL) -> Artefact:
        """Return what the contact of before received of a change."""
        return self.letter(former, changed.since or self._codes.marks(), channel).releve

    def confirm(self, access: Access, channel: str, letter: Letter, *, right: bool = True) -> Done:
        """Type the code that was received, or a wrong one."""
        if not letter.code:
            return _nothing_to_type(access)
        since = self._codes.marks()
        code = letter.code if right else self._codes.other_than(letter.code)
        journey = "confirm_email" if channel == MAIL else "confirm_phone"
        visit = self._walk(access, journey, code=code)
        return replace(self._done(access, visit, Act.CONTACT, letter.account), since=since)

    def verified(self, account: Account, channel: str) -> Access:
        """Sign in and verify an address or the number of an account; return the session.

        Raises `Inconclusive` when the software does not do it.
        """
        access = self._access.enter(account)
        letter = self.verify(access, channel, account.contact(channel))
        _required(self.confirm(access, channel, letter), f"la vérification du contact ({channel})")
        return access

    # -- second factor ------------------------------------------------------------------------

    def with_factor(self, account: Account, factor: str) -> Account:
        """Return the account of a patient once this second factor is in use.

        Raises `Inconclusive` when the software does not do it.
        """
        if account.factor == factor:
            return account
        return self.enrolled(self.ready_for(account, factor), factor).account

    def ready_for(self, account: Account, factor: str) -> Access:
        """Sign in, and verify the contact that a second factor needs. Raises `Inconclusive`."""
        if factor == TOTP:
            return self._access.enter(account)
        return self.verified(account, factor)

    def enrolled(self, access: Access, factor: str = TOTP) -> Done:
        """Choose a second factor and prove it. Raises `Inconclusive` when it is refused."""
        proved = self.prove_factor(self.choose_factor(access, factor))
        _required(proved, f"l'enrôlement d'un second facteur ({factor})")
        return proved

    def renew_factor(self, expired: Access) -> Done:
        """Enrol the new device that the software imposes at sign-in, if it does impose it.

        Raises `Inconclusive` when it is refused.
        """
        if expired.stage != RENEWAL:
            return _not_imposed(expired)
        key = self._visits.read(expired.visitor.here, "choose_factor", "totp_secret")
        account = replace(expired.account, totp="".join(key.split()))
        proved = self.prove_factor(replace(expired, account=account))
        _required(proved, "le renouvellement du second facteur")
        return proved

    def choose_factor(self, access: Access, kind: str) -> Access:
        """Begin the enrolment of a second factor; the account bears its key, not yet proved."""
        since = self._codes.marks()
        visit = self._walk(access, "choose_factor", kind=kind)
        key = self._visits.read(visit, "choose_factor", "totp_secret") if kind == TOTP else ""
        account = replace(access.account, factor=kind, totp="".join(key.split()))
        return replace(access, account=account, since=since, code="")

    def prove_factor(self, access: Access, *, right: bool = True) -> Done:
        """Prove the second factor under enrolment with its code, or with a wrong one."""
        account = access.account
        code = self._codes.right(account, access.since) if right else self._codes.wrong(account)
        visit = self._walk(access, "confirm_factor", code=code)
        return self._done(access, visit, Act.ENROLMENT, account)

    def recovery_codes(self, proved: Done) -> tuple[str, ...]:
        """Return the recovery codes that the page shows once the factor is proved."""
        shown = self._visits.read(proved.access.visitor.here, "confirm_factor", "recovery_codes")
        return tuple(shown.split())

    def lose_device(self, account: Account, recovery_code: str) -> Done:
        """Say, without signing in, that the second factor is lost, and be led to a new one."""
        access = self._anonymous(account)
        visit = self._walk(
            access,
            "lose_device",
            user=account.login,
            secret=account.password.text,
            recovery_code=recovery_code,
        )
        return self._done(access, visit, Act.LOSS, account)

    # -- revocation and identity ----------------------------------------------------------------

    def revoke(self, access: Access, means: str) -> Done:
        """Revoke one means of who is signed in."""
        visit = self._walk(access, "revoke", means=means)
        return self._done(access, visit, Act.REVOCATION, access.account)

    def revoke_all(self, access: Access) -> Done:
        """Revoke every means of who is signed in."""
        visit = self._walk(access, "revoke_all")
        return self._done(access, visit, Act.REVOCATION, access.account)

    def ask_revocation(self, account: Account) -> Marks:
        """Ask for a revocation link, without signing in; return where the messages stood before."""
        since = self._codes.marks()
        self._visits.walk(self._access.start(), "ask_revocation", user=account.login)
        return since

    def confirm_revocation(self, letter: Letter) -> Done:
        """Use a revocation link."""
        access = self._by_link(letter)
        visit = self._walk(access, "confirm_revocation", link=letter.link)
        return self._done(access, visit, Act.REVOCATION, letter.account)

    def ask_identity_change(self, access: Access, **fields: str) -> Done:
        """Ask for other identity attributes, as the patient who is signed in."""
        visit = self._walk(access, "correct_identity", **fields)
        return self._done(access, visit, Act.REQUEST, access.account, fields)

    # -- how it is filed ------------------------------------------------------------------------

    def _walk(self, access: Access, journey: str, **values: str) -> Visit:
        return self._access.walk(access.visitor, journey, **values)

    def _anonymous(self, account: Account) -> Access:
        nothing = AccessReleve(account.login, (), SIGN_IN, datetime.now(UTC).isoformat())
        releve = nothing.artefact(f"Sans connexion, {account.login}")
        return Access(account, releve, self._access.start(), self._codes.marks())

    def _by_link(self, letter: Letter) -> Access:
        if not letter.link:
            raise Inconclusive(
                f"aucun lien n'est arrivé à {letter.account.email or letter.account.login} : la "
                "suite de cette étape en a besoin (voyez drivers.visitor.link)"
            )
        return self._anonymous(letter.account)

    def _done(
        self,
        access: Access,
        visit: Visit,
        act: Act,
        account: Account,
        submitted: dict[str, str] | None = None,
    ) -> Done:
        accepted = self._visits.accepted(visit)
        releve = AttemptReleve(
            act,
            accepted=accepted,
            message=" ".join(visit.releve.alerts),
            code=str(visit.status),
            submitted=submitted or {},
        )
        said = "acceptée" if accepted else "refusée"
        title = f"Tentative {said} : {act}, {account.login}"
        artefact = releve.artefact(title, visit.url, visit.exchange)
        return Done(accepted, artefact, replace(access, account=account) if accepted else access)


def _required(done: Done, what: str) -> None:
    if not done.accepted:
        said = AttemptReleve.parse(done.releve).message or "sans motif"
        raise Inconclusive(f"{what} a été refusée ou refusé : {said}")


def _not_imposed(access: Access) -> Done:
    releve = AttemptReleve(Act.CHOICE, accepted=False, message="aucun renouvellement n'est imposé")
    return Done(False, releve.artefact("Renouvellement qui n'est pas demandé"), access)


def _nothing_to_type(access: Access) -> Done:
    releve = AttemptReleve(Act.CONTACT, accepted=False, message="aucun code n'est arrivé")
    return Done(False, releve.artefact("Confirmation sans code reçu"), access)


def _contact(
    channel: str, address: str, count: int, *, code: bool = False, link: bool = False
) -> Artefact:
    releve = ContactReleve(channel, address, count, code, link)
    return releve.artefact(f"Messages reçus par {channel} ({address})", "simulateur")
