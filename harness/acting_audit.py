"""The desk of exported traces: acts that the banc does and notes, exports before and after them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from harness.acting import GapDesk, Patient
from harness.acting_exports import Exports
from harness.acting_secrets import Account, Password, Passwords
from harness.model.access import OPENED, REFUSED
from harness.model.artefact import Artefact
from harness.model.problems import CapabilityMissing, Inconclusive
from harness.model.releve import AttemptReleve
from harness.targets.base import Attempt

if TYPE_CHECKING:
    from harness.evidence.redaction import Redactor
    from harness.simulators.mail import MailSimulator
    from harness.targets.drivers import Drivers
    from harness.targets.visiting import Visitor

T = TypeVar("T")
OK, FAILURE = "ok", "échec"
PREFERRED = ("csv", "jsonl", "ndjson", "syslog", "fhir")
"""The form in which traces are asked for when one is enough: the lightest first."""
STANDARD = ("syslog", "fhir", "ndjson")
KEEPER, CLOSED_TO = "administrateur", "sans_acces"
_DRIFT = timedelta(minutes=2)
_PRACTICE = "1"
_LONG = 16
"""Length from which a token meets no innocent text."""


class AuditDesk:
    """Does what a user does, notes each act with its author and instants, exports the traces."""

    def __init__(
        self,
        drivers: Drivers,
        passwords: Passwords,
        redactor: Redactor,
        mail: MailSimulator | None,
    ) -> None:
        """Act through `drivers`; `redactor` knows the secrets of the run."""
        self._drivers = drivers
        self._passwords = passwords
        self._redactor = redactor
        self._mail = mail
        self._started: list[Visitor] = []
        self._acts: list[dict[str, Any]] = []
        self._secrets: list[str] = []
        self._forms: tuple[str, ...] = ()
        self._since = datetime.now(UTC)
        self._before: dict[str, Artefact] = {}

    # -- exports ------------------------------------------------------------------------------

    def begin(self, *, every_form: bool = False, standard: bool = False) -> None:
        """Export the traces before the acts, in one form, in all, or in the standard ones.

        Raises `CapabilityMissing` when the target offers no such form.
        """
        wanted = STANDARD if standard else PREFERRED
        offered = self._drivers.audit.forms()
        known = [one for one in wanted if one in offered]
        if not known:
            raise CapabilityMissing(
                "le fichier de cible ne décrit aucun export de traces de la forme attendue : "
                f"ajoutez l'une des opérations {', '.join(f'audit_{one}' for one in wanted)}"
            )
        self._forms = tuple(known) if every_form else (known[0],)
        self._since = datetime.now(UTC)
        self._before = self._taken("before")
        self._acts.clear()

    def exported(self, *patients: Patient) -> Exports:
        """Export the traces after the acts; nobody but the banc acts on `patients`."""
        options, after = self._drivers.target.drivers.audit, self._taken("audit")
        known = (one for page in after.values() for one in self._redactor.found_in(page.content))
        expected = {
            "acts": list(self._acts),
            "persons": [one.ref.id for one in patients],
            "secrets": list(dict.fromkeys((*self._secrets, *known))),
            "columns": dict(options.columns),
            "words": {kind: list(words) for kind, words in options.words.items()},
            "delimiter": options.delimiter,
            "encoding": options.encoding,
        }
        return Exports(after, dict(self._before), expected)

    def _taken(self, role: str) -> dict[str, Artefact]:
        since, until = self._since - _DRIFT, datetime.now(UTC) + _DRIFT
        found: dict[str, Artefact] = {}
        for form in self._forms:
            pages = self._drivers.audit.take(form, _instant(since), _instant(until))
            for number, page in enumerate(pages, 1):
                found[f"{role}-{form}" + (f"-{number}" if number > 1 else "")] = page
        return found

    # -- business actions ---------------------------------------------------------------------

    def note(self, patient: Patient) -> Attempt:
        """Write a visit note."""
        acting = self._drivers.actions
        text = "Note de visite du banc : tension prise, traitement inchangé."
        return self._do("note", lambda: acting.note(patient.ref, text), patient)

    def document(self, patient: Patient) -> Attempt:
        """File a document."""
        acting, title = self._drivers.actions, "Compte rendu d'essai"
        text = "Document fictif déposé par le banc."
        return self._do("depot", lambda: acting.document(patient.ref, title, text), patient)

    def mailing(self, patient: Patient, *, fails: bool = False) -> Attempt:
        """Send a message about a patient; `fails`: to a recipient that the server refuses."""
        if fails and self._mail is None:
            raise CapabilityMissing("le courriel n'est pas simulé : aucun échec à provoquer")
        acting = self._drivers.actions
        to = f"essai-{secrets.token_hex(4)}@medecin.formation.mssante.fr"
        if fails and self._mail is not None:
            self._mail.fails_with("refus-destinataire", to)
        words = ("Message d'essai du banc", "Texte fictif, sans donnée de santé.")
        sent = self._do("message", lambda: acting.mailing(patient.ref, to, *words), patient)
        if sent.accepted is fails:
            said = AttemptReleve.parse(sent.releve).message or "sans motif"
            raise Inconclusive(f"envoi {'accepté' if fails else 'refusé'} à tort : {said}")
        return sent

    def good_practice(self) -> Attempt:
        """Read a good practice."""
        return self._do("bonne-pratique", lambda: self._drivers.actions.good_practice(_PRACTICE))

    def read(self, patient: Patient) -> Artefact:
        """Read an identity by the interface."""
        return self._noted(
            "consultation", lambda: self._drivers.identities.read(patient.ref), patient
        )

    def call_insi(self, patient: Patient) -> Attempt:
        """Have the software call INSi by traits."""
        insi = self._drivers.insi_call
        return self._do(
            "recuperation", lambda: insi.call_insi(patient.ref), patient, also=("modification",)
        )

    def change(self, patient: Patient, **changes: str) -> Attempt:
        """Change fields of an identity."""
        identities = self._drivers.identities
        act = partial(identities.update, patient.ref, changes)
        # A change may go to partners at once.
        return self._do("modification", act, patient, also=("consultation", "emission"))

    def emit(self, patient: Patient) -> Artefact:
        """Have the software send the identity to a partner."""
        return self._noted("emission", lambda: self._drivers.emission.emit(patient.ref), patient)

    def receives(self, gap: GapDesk, key: str) -> Patient:
        """Have the GAP send an identity with its validated INS; return the patient it made."""
        since = datetime.now(UTC)
        patient = gap.creates(key, with_ins=True)
        also = ["creation", "modification", "verification", "consultation", "changement-statut"]
        self._note("reception", since, patient, author="", also=also)
        return patient

    def is_refused(self, patient: Patient) -> Attempt:
        """Have a profile without the right try to read a patient's data."""
        reach = self._drivers.rights.reach
        act = partial(reach, CLOSED_TO, "read", patient.ref)
        attempt = self._do("refus", act, patient, by=CLOSED_TO)
        if attempt.accepted:
            raise Inconclusive(
                f"le profil « {CLOSED_TO} » a pu lire l'identité : aucun refus à tracer (AUT-02)"
            )
        return attempt

    # -- accounts -----------------------------------------------------------------------------

    def change_rights(self) -> None:
        """Withdraw rights from a user and give them back, both as the keeper of rights."""
        for operation in ("right_withdraw", "right_restore"):
            act = partial(self._drivers.rights.change, KEEPER, operation)
            changed = self._do("droits", act, by=KEEPER, account=self._user("sans_insi"))
            _require(changed, "le changement de droits")

    def change_attributes(self, account: Account) -> None:
        """Change an attribute of a professional's account, as the keeper of accounts."""
        people = self._drivers.people
        changed = self._do(
            "attributs",
            lambda: people.update_professional(account.id, {"email": account.other_email}),
            by=KEEPER,
            account=account.login,
            says=("courriel", "email", "e-mail", "adresse"),
        )
        _require(changed, "le changement d'attributs")

    def give_profile(self, account: Account, profile: str) -> None:
        """Give a profile to a professional's account, as the keeper of accounts."""
        people = self._drivers.people
        changed = self._do(
            "droits",
            lambda: people.update_professional(account.id, {"profile": profile}),
            by=KEEPER,
            account=account.login,
            says=(profile,),
        )
        _require(changed, "le changement de profil")

    def sign_in(self, user: str, password: Password, *, wrong: bool = False) -> Visitor:
        """Sign in by the pages; `wrong`: with another password, which must be refused."""
        visits, visitor = self._drivers.visits, self._drivers.quiet_visitor()
        self._started.append(visitor)
        typed = self._passwords.strong() if wrong else password
        self._secrets += [password.text, typed.text]
        visit = self._noted(
            "connexion",
            lambda: visits.walk(visitor, "sign_in", user=user, secret=typed.text),
            author=user,
            result=FAILURE if wrong else OK,
        )
        expected, reached = (REFUSED if wrong else OPENED), visits.stage(visit)
        if reached != expected:
            raise Inconclusive(
                f"connexion de {user} : « {expected} » attendu, « {reached} » constaté ; vérifiez "
                "le compte et [drivers.visitor]"
            )
        for cookie in visits.session(visitor) if reached == OPENED else ():
            self._keeps_out(cookie.value)
        return visitor

    def sign_out(self, visitor: Visitor, user: str) -> None:
        """Sign out by the pages."""
        visits = self._drivers.visits
        self._noted("deconnexion", lambda: visits.walk(visitor, "sign_out"), author=user, result=OK)

    def change_password(
        self, visitor: Visitor, account: Account, *, wrong: bool = False
    ) -> Account:
        """Change the password of who is signed in; `wrong`: giving another for the old one.

        Returns the account as it is afterwards.
        """
        visits, new = self._drivers.visits, self._passwords.strong()
        old = self._passwords.strong() if wrong else account.password
        self._secrets += [new.text, old.text]
        visit = self._noted(
            "mot-de-passe",
            lambda: visits.walk(visitor, "change_password", secret=old.text, new_secret=new.text),
            author=account.login,
            account=account.login,
            result=FAILURE if wrong else OK,
        )
        if visits.accepted(visit) is wrong:
            raise Inconclusive(
                f"changement de mot de passe {'accepté' if wrong else 'refusé'} à tort : "
                f"{' '.join(visit.releve.alerts) or 'sans message'}"
            )
        return account if wrong else account.with_password(new)

    def known_user(self, role: str = "second") -> tuple[str, Password]:
        """Return the user and the password of a role of the target file."""
        from harness.targets.access import credentials_of

        found = credentials_of(self._drivers.target, role)
        return found.user, Password(found.secret)

    def close(self) -> None:
        """Close the users that are still before pages."""
        for one in self._started:
            one.close()
        self._started.clear()

    # -- tampering ----------------------------------------------------------------------------

    def alter(self, key: str) -> Attempt:
        """Try to change a trace, as the usual user."""
        return self._drivers.audit.alter(key)

    def erase(self, key: str) -> Attempt:
        """Try to erase a trace, as the usual user."""
        return self._drivers.audit.erase(key)

    # -- notes --------------------------------------------------------------------------------

    @contextmanager
    def doing(self, kind: str, patient: Patient, **facts: Any) -> Iterator[None]:
        """Note what another desk does meanwhile to a patient, and does well, as the usual user."""
        since = datetime.now(UTC)
        yield
        self._note(kind, since, patient, author=self._user(""), result=OK, **facts)

    def _keeps_out(self, secret: str) -> None:
        """Expect a secret in no trace, and keep it out of the journal of the run."""
        if len(secret) >= _LONG:
            self._redactor.hide(secret, "jeton")
            self._secrets.append(secret)

    def _do(
        self,
        kind: str,
        act: Callable[[], Attempt],
        patient: Patient | None = None,
        *,
        by: str = "",
        **facts: Any,
    ) -> Attempt:
        """Do an act by an interface and note it, with the result that the software told."""
        attempt = self._noted(kind, act, patient, author=self._user(by), **facts)
        self._acts[-1]["result"] = OK if attempt.accepted else FAILURE
        return attempt

    def _noted(
        self,
        kind: str,
        act: Callable[[], T],
        patient: Patient | None = None,
        *,
        author: str = "",
        **facts: Any,
    ) -> T:
        since = datetime.now(UTC)
        done = act()
        self._note(kind, since, patient, author=author or self._user(""), **facts)
        return done

    def _note(
        self, kind: str, since: datetime, patient: Patient | None, *, author: str, **facts: Any
    ) -> None:
        told = {name: list(one) if isinstance(one, tuple) else one for name, one in facts.items()}
        persons = [patient.ref.id, patient.ref.private_id] if patient else []
        self._acts.append(
            {
                "kind": kind,
                "author": author,
                "person": persons,
                "since": since.isoformat(),
                "until": datetime.now(UTC).isoformat(),
                **told,
            }
        )

    def _user(self, role: str) -> str:
        return self.known_user(role)[0]


def _require(attempt: Attempt, what: str) -> None:
    if not attempt.accepted:
        said = AttemptReleve.parse(attempt.releve).message or "sans motif"
        raise Inconclusive(f"{what} a été refusé : {said}")


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
