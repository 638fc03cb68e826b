"""Relevés of who is there: sign-in attempts, addresses reached, contacts, accounts, PSC calls."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.model.releve import Releve

OPENED, REFUSED = "ouvert", "refus"
SECOND_FACTOR, RENEWAL = "second facteur", "renouvellement"
ACTIVITY, SIGN_IN = "choix d'exercice", "identification"
STAGES = (OPENED, REFUSED, SECOND_FACTOR, RENEWAL, ACTIVITY, SIGN_IN)
"""Where a sign-in stands: what the last page asks for, or what it gave."""


@dataclass(frozen=True)
class Reached:
    """One protected address that was tried with the session of an access, and whether it opened."""

    address: str
    way: str
    """`page` or `api`."""
    status: int
    open: bool


@dataclass(frozen=True)
class AccessReleve(Releve):
    """One way of coming in: what was presented, where it led, and what it really opened."""

    kind: ClassVar[str] = "accès"
    login: str
    """Identifier that was typed, or the national id shown to Pro Santé Connect."""
    means: tuple[str, ...]
    """What was presented, in order: `mot de passe`, `totp`, `courriel`, `sms`, `psc`, `cookie`…"""
    stage: str
    """A word of `STAGES`."""
    at: str
    """When it was tried: ISO, UTC."""
    case: str = ""
    """What was special: `faux`, `ancien`, `rejoué`, `d'un autre`, `absent`, a fault of PSC…"""
    message: str = ""
    """Alerts of the last page, as shown."""
    url: str = ""
    reached: tuple[Reached, ...] = ()
    account: dict[str, str] = dataclasses.field(default_factory=dict)
    """What the account page says of who is signed in, by name (`login`, `national_id`…)."""

    @property
    def opened(self) -> bool:
        """Return True when a protected address was really read."""
        return any(one.open for one in self.reached)

    @classmethod
    def _from(cls, data: dict[str, Any]) -> AccessReleve:
        data["means"] = tuple(data.get("means", ()))
        data["reached"] = tuple(Reached(**one) for one in data.get("reached", ()))
        return cls(**data)


@dataclass(frozen=True)
class ContactReleve(Releve):
    """What reached an e-mail address or a phone: how many messages, and what they carry."""

    kind: ClassVar[str] = "messages reçus"
    channel: str
    """`courriel` or `sms`."""
    address: str
    count: int
    has_code: bool = False
    has_link: bool = False
    subject: str = ""


@dataclass(frozen=True)
class ProfessionalReleve(Releve):
    """A professional as the software holds them (user or correspondant). Empty: not held."""

    kind: ClassVar[str] = "professionnel"
    record_id: str
    national_id: str = ""
    exercise_name: str = ""
    exercise_given_name: str = ""
    profession: str = ""
    speciality: str = ""
    category: str = ""
    login: str = ""
    email: str = ""
    phone: str = ""
    profile: str = ""
    mailboxes: tuple[str, ...] = ()
    local: dict[str, str] = dataclasses.field(default_factory=dict)
    """Local data, kept apart from those of the Annuaire."""
    origin: str = ""
    """Where the data come from, as the software says it."""
    updated_at: str = ""
    """When they were taken from the Annuaire: ISO, as the software says it."""

    @classmethod
    def _from(cls, data: dict[str, Any]) -> ProfessionalReleve:
        data["mailboxes"] = tuple(data.get("mailboxes", ()))
        return cls(**data)


@dataclass(frozen=True)
class OidcCall:
    """One call that Pro Santé Connect received. Secrets are fingerprints: equality is kept."""

    seq: int
    at: str
    """ISO, UTC, by the clock of the simulator."""
    endpoint: str
    """`discovery`, `jwks`, `authorize`, `token`, `userinfo`, `introspection`, `logout`, `ciba`;
    `wallet`: a page that the person answered, the last of which goes back to the client."""
    host: str
    """`host:port` that was asked."""
    method: str
    parameters: dict[str, str]
    """Query or form, secrets (code, tokens, assertions, verifier) as fingerprints."""
    client_id: str = ""
    client_auth: str = ""
    """`none`, `client_secret_basic`, `client_secret_post`, `private_key_jwt`, `tls_client_auth`; ''
    where none is asked."""
    certificate: str = ""
    """Subject of the client certificate, '' without one."""
    status: int = 0
    error: str = ""
    """OAuth error that was answered."""
    answered: dict[str, str] = dataclasses.field(default_factory=dict)
    """What matters of the answer: `code`, `state`, `nonce`, `acr`, `iss`, `sub`, `expires_in`…"""
    sign_in: str = ""
    """Which sign-in the call belongs to; '' when it belongs to none."""
    fault: str = ""
    """Name of the fault that altered the answer, '' when PSC answered rightly."""


@dataclass(frozen=True)
class OidcReleve(Releve):
    """The calls of a scenario to Pro Santé Connect, in order, and how the client is registered."""

    kind: ClassVar[str] = "échanges PSC"
    issuer: str
    authorization_endpoint: str
    client: dict[str, Any]
    """`client_id`, `redirect_uris`, `post_logout_redirect_uris`, `auth_method`, `pkce`."""
    calls: tuple[OidcCall, ...] = ()

    @classmethod
    def _from(cls, data: dict[str, Any]) -> OidcReleve:
        data["calls"] = tuple(OidcCall(**one) for one in data.get("calls", ()))
        return cls(**data)
