"""What a target file says of sign-in: `[drivers.visitor]`, `[drivers.audit]`, `[simulators.psc]`.

Frozen values, standard library only, as in `target.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

STRICT = {"extra": "forbid", "strict": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStep:
    """One gesture of a journey: open an address, or fill controls and press a button or a link.

    `{placeholders}` stand in `open` and in the values of `fill`.
    """

    __pydantic_config__: ClassVar = STRICT
    open: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)
    press: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """`[drivers.visitor.journeys.NAME]`: how a user does one thing through the pages.

    `reads` maps a name of ours to the label under which the last page shows it.
    """

    __pydantic_config__: ClassVar = STRICT
    steps: tuple[JourneyStep, ...]
    reads: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMark:
    """How a page shows where a sign-in stands: by the beginning of its path, or by a text on it."""

    __pydantic_config__: ClassVar = STRICT
    stage: str
    path: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedAccount:
    """`[drivers.visitor.accounts.KIND]`: an account that the vendor made for the banc."""

    __pydantic_config__: ClassVar = STRICT
    user: str
    secret: str = field(repr=False)
    totp_secret: str = field(default="", repr=False)
    """Key of its TOTP application, base32; empty when it has none."""
    national_id: str = ""
    """Of a professional: 8 then RPPS, by which Pro Santé Connect knows them (12 digits)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorOptions:
    """`[drivers.visitor]`: the pages by which users sign in and manage their account."""

    __pydantic_config__: ClassVar = STRICT
    way: Literal["browser", "html"] = "browser"
    """`html` walks without a browser: for pages that need no script."""
    scripts: bool = True
    """False: pages need no script, so that what is no proof is walked without the browser."""
    journeys: Mapping[str, Journey] = field(default_factory=dict)
    stages: tuple[StageMark, ...] = ()
    """The first that fits the last page names the stage; none: the application itself."""
    protected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`patient`, `professional` → pages that only a signed-in one may read.

    `profil` → pages that depend on the profile of the professional.
    """
    protected_api: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same, for addresses of the API reached with the cookies of the session."""
    account_labels: Mapping[str, str] = field(default_factory=dict)
    """`login`, `national_id`, `activity`… → label under which the account page shows it."""
    account_page: Mapping[str, str] = field(default_factory=dict)
    """`patient`, `professional` → path of the account page."""
    session_cookie: str = ""
    """Name of the session's cookie, when the file must say it."""
    code: str = r"(?<!\d)(\d{6})(?!\d)"
    """Where the code stands in a mail or an SMS: a regular expression with one group."""
    link: str = r"(https?://[^\s<>\"']+)"
    """Where the link stands in a mail."""
    hosts: tuple[str, ...] = ()
    """Other servers the pages lead to, `https://sso.exemple.fr`; verified as the target is."""
    accounts: Mapping[str, FixedAccount] = field(default_factory=dict)
    """`patient`, `professional` → an account that exists, where none can be created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """`[drivers.audit]`: how the exported traces read."""

    __pydantic_config__: ClassVar = STRICT
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field of a trace → column of the CSV, or key of a JSON line (`a.b` goes inside)."""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kind of action → words of the software that say it."""
    delimiter: str = ";"
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class PscClient:
    """`[simulators.psc]`: the target as it is registered at Pro Santé Connect."""

    __pydantic_config__: ClassVar = STRICT
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    auth_method: Literal[
        "client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth"
    ] = "client_secret_basic"
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    jwks: str = ""
    """Public keys of the client (JSON), for `private_key_jwt`."""


NO_VISITOR, NO_AUDIT, NO_PSC_CLIENT = VisitorOptions(), AuditOptions(), PscClient()
