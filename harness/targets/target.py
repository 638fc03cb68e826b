"""A target as its file describes it. Frozen values, standard library only.

`configuration.load_target` fills them; the fields are the keys of the TOML file, word for word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from harness.model.check import Settings
from harness.model.identity import Person
from harness.model.profile import Profile
from harness.targets.base import Capability
from harness.targets.page_reading import ALERTS
from harness.targets.target_access import (
    NO_AUDIT,
    NO_PSC_CLIENT,
    NO_VISITOR,
    AuditOptions,
    PscClient,
    VisitorOptions,
)

STRICT = {"extra": "forbid", "strict": True}
"""pydantic configuration of every table: an unknown key is a fault, nothing is converted."""

ROLES: dict[str, str] = {
    "second": "un second professionnel, avec les mêmes droits",
    "sans_acces": "un profil sans droit d'accès à l'identité",
    "sans_insi": "un profil qui accède à l'identité sans pouvoir appeler INSi",
    "super": "un super-utilisateur, qui peut modifier un trait verrouillé",
    "administrateur": "un profil qui règle les droits",
}
"""Keys of `[drivers.http.users]` and what each account is."""
REFUSALS = (400, 409, 422)
"""HTTP statuses by which an API refuses what it was given, unless the file says otherwise."""
DEFAULT_DELAYS = {"default": 15.0, "connect": 5.0, "attended": 300.0}
"""Seconds; a key of `[delays]` is one of these or the name of a capability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """Who makes the software under test, and which one it is."""

    __pydantic_config__: ClassVar = STRICT
    vendor: str
    product: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where the target listens, and the files that open a TLS connection to it."""

    __pydantic_config__: ClassVar = STRICT
    base_url: str = ""
    mllp: str = ""
    """`host:port`."""
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None

    @property
    def mllp_address(self) -> tuple[str, int]:
        """Return host and port of the MLLP listener of the target."""
        host, _, port = self.mllp.rpartition(":")
        return host.strip("[]"), int(port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How to sign in. `secret` is a password or a bearer token."""

    __pydantic_config__: ClassVar = STRICT
    scheme: Literal["basic", "bearer", "none"] = "basic"
    user: str = ""
    secret: str = field(default="", repr=False)


NO_CREDENTIALS = Credentials(scheme="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirOptions:
    """`[drivers.fhir]`: a FHIR R4 REST interface."""

    __pydantic_config__: ClassVar = STRICT
    base: str = "/fhir"
    credentials: Credentials = NO_CREDENTIALS
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    private_id_system: str = ""
    """`system` of the local identifier (type PI) that we send and search by."""
    refusal: tuple[int, ...] = REFUSALS
    search: Mapping[str, str] = field(
        default_factory=lambda: {
            "name": "family",
            "given_name": "given",
            "birth_date": "birthdate",
            "sex": "gender",
            "matricule": "identifier",
        }
    )
    """Criterion of ours → FHIR search parameter of the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Where an answer says that it accepted, and which values say so."""

    __pydantic_config__: ClassVar = STRICT
    path: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One declared request of the `http` driver and how its answer reads.

    `{placeholders}` stand in `path`, `query`, `json` and `form`; `answer` maps a field of ours to a
    path in the JSON answer (`identity.status`, `history[*].at`, `name[use=official].family`).
    """

    __pydantic_config__: ClassVar = STRICT
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    success: tuple[int, ...] = (200, 201, 204)
    refusal: tuple[int, ...] = REFUSALS
    content_type: str = "application/json"
    items: str = ""
    """Path of the list in the answer, for operations that return several patients."""
    accepted: Condition | None = None
    answer: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Words of the software, by field, that stand for a word of the guide (declared by it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """`[drivers.http]`: the vendor's own API, described by requests and JSON paths."""

    __pydantic_config__: ClassVar = STRICT
    credentials: Credentials = NO_CREDENTIALS
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    users: Mapping[str, Credentials] = field(default_factory=dict)
    """Accounts of other profiles, by role (`ROLES`): by API, and on the sign-in page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Another identification domain: who sends (MSH-4) and who gives its identifiers (CX.4)."""

    __pydantic_config__: ClassVar = STRICT
    facility: str
    authority: str


THIRD_PARTY, TRUSTED = "tiers", "contrat"
DOMAINS: Mapping[str, Domain] = {
    THIRD_PARTY: Domain(facility="LABO-TIERS", authority="LABO-TIERS&labo-tiers.example.org&DNS"),
    TRUSTED: Domain(
        facility="CLINIQUE-LIEE", authority="CLINIQUE-LIEE&clinique-liee.example.org&DNS"
    ),
}
"""The domains that speak to the target besides its own: one unknown to it, one under contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hl7v2Options:
    """`[drivers.hl7v2]`: MLLP in and out.

    `trigger` says how an emission is set off: `http` (operation `emit`), `attended` (a person), or
    `none` (the software emits by itself when an identity changes).
    """

    __pydantic_config__: ClassVar = STRICT
    trigger: Literal["http", "attended", "none"] = "attended"
    sending_application: str = "GAP"
    sending_facility: str = "BANC"
    receiving_application: str = "DUI"
    receiving_facility: str = "CIBLE"
    authority: str = "BANC&banc-conformite.example.org&DNS"
    """Assigning authority of the local identifiers that we send (CX.4)."""
    pam_version: str = "2.11"
    domains: Mapping[str, Domain] = field(default_factory=lambda: dict(DOMAINS))
    """`tiers` (another identification domain) and `contrat` (one under a contract of trust)."""

    def speaking_for(self, domain: str) -> Hl7v2Options:
        """Return the options of a message that another domain sends; '' is the GAP's own."""
        if not domain:
            return self
        other = self.domains.get(domain, DOMAINS[domain])
        return replace(self, sending_facility=other.facility, authority=other.authority)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """The sign-in page: its path and the `name` of its two controls."""

    __pydantic_config__: ClassVar = STRICT
    path: str = "/login"
    user_field: str = "username"
    secret_field: str = "password"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOptions:
    """`[drivers.screens]`: the pages of the software in a browser."""

    __pydantic_config__: ClassVar = STRICT
    credentials: Credentials = NO_CREDENTIALS
    sign_in: SignInPage | None = None
    browser: Path | None = None
    """Executable of the browser; looked for among the usual places when absent."""
    width: int = 1000
    height: int = 800
    ready: str = "main"
    """CSS selector of what shows that a page is there."""
    alert: str = ALERTS
    """CSS selector of the zone where the software tells a refusal or a block."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """`patient`, `creation`, `search`, `traces`… (see `coherence.PAGES`) → path with `{id}`."""
    form: Mapping[str, str] = field(default_factory=dict)
    """Field of ours → `name` of the control of the creation form."""
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field of ours → our value → value of the option to choose."""
    search: Mapping[str, str] = field(default_factory=dict)
    """Criterion of ours → `name` of the control of the search form."""
    buttons: Mapping[str, str] = field(default_factory=dict)
    """`insi`, `verification`, `create` → visible text of the button."""
    private_id_label: str = ""
    """Label under which the patient's page shows the local identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """`[drivers.*]`."""

    __pydantic_config__: ClassVar = STRICT
    fhir: FhirOptions = FhirOptions()
    http: HttpOptions = HttpOptions()
    hl7v2: Hl7v2Options = Hl7v2Options()
    screens: ScreenOptions = ScreenOptions()
    visitor: VisitorOptions = NO_VISITOR
    audit: AuditOptions = NO_AUDIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports of our simulators; 0 takes a free one and is meant for trials on one machine."""

    __pydantic_config__: ClassVar = STRICT
    insi: int = 0
    mllp: int = 0
    psc: int = 0
    """Issuer of Pro Santé Connect: token, userinfo, keys."""
    psc_wallet: int = 0
    """Authorization pages of Pro Santé Connect, which stand at another address."""
    annuaire: int = 0
    mail: int = 0
    sms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulators:
    """Where our simulators listen, under which name, and whom they let in."""

    __pydantic_config__: ClassVar = STRICT
    bind: str = "127.0.0.1"
    public_name: str = "localhost"
    ports: Ports = Ports()
    psc: PscClient = NO_PSC_CLIENT
    extra_client_ca: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """Proxies of our HTTP requests; the environment's are never used."""

    __pydantic_config__: ClassVar = STRICT
    http: str = ""
    https: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedIdentity:
    """`[identities.KEY]`: a fictitious person that the target knows and that no run may replace."""

    __pydantic_config__: ClassVar = STRICT
    birth_name: str
    birth_given_names: tuple[str, ...]
    birth_date: str
    sex: Literal["M", "F"]
    birth_place_code: str
    used_name: str = ""
    used_given_name: str = ""
    matricule: str = ""
    oid: str = "1.2.250.1.213.1.4.10"
    card_serial: str = ""
    private_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Versions of the standards that the software says it follows."""

    __pydantic_config__: ClassVar = STRICT
    fr_core: Literal["2.1.0", "2.2.0"] = "2.1.0"
    pam: tuple[str, ...] = ("2.9", "2.10", "2.11")


@dataclass(frozen=True, kw_only=True)
class TargetFile:
    """The tables of a target file, but for `[profile]`, which is read apart."""

    __pydantic_config__: ClassVar = STRICT
    software: Software
    referentials: tuple[Literal["dmn-1.2.2", "segur-dui"], ...]
    environment: Literal["test", "production"] = "test"
    endpoints: Endpoints = Endpoints()
    capabilities: Mapping[Capability, str] = field(default_factory=dict)
    drivers: Drivers = Drivers()
    simulators: Simulators = Simulators()
    delays: Mapping[str, float] = field(default_factory=dict)
    proxy: Proxy = Proxy()
    identities: Mapping[str, FixedIdentity] = field(default_factory=dict)
    versions: Versions = Versions()


@dataclass(frozen=True, kw_only=True)
class Target(TargetFile):
    """A target, checked and with its secrets read from the environment."""

    path: Path
    profile: Profile
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Every live secret that the file named: to be hidden from journals and reports."""

    @property
    def name(self) -> str:
        """Return vendor, product and version as a report shows them."""
        return f"{self.software.vendor} {self.software.product} {self.software.version}"

    @property
    def proxies(self) -> dict[str, str]:
        """Return the proxies in the shape that requests takes."""
        pairs = {"http": self.proxy.http, "https": self.proxy.https}
        return {scheme: url for scheme, url in pairs.items() if url}

    @property
    def host(self) -> str:
        """Return the host of `endpoints.base_url`, or '' without one."""
        return urlsplit(self.endpoints.base_url).hostname or ""

    def delay(self, name: str) -> float:
        """Return the seconds that a capability (or `connect`, `attended`) is given."""
        fallback = DEFAULT_DELAYS.get(name, self.delays.get("default", DEFAULT_DELAYS["default"]))
        return self.delays.get(name, fallback)

    def settings(self) -> Settings:
        """Return the settings that the checks of this target are judged with."""
        return Settings(
            environment=self.environment,
            fr_core=self.versions.fr_core,
            pam_versions=self.versions.pam,
            identity_reference=str(self.profile.identity_reference),
        )

    def fixed_persons(self) -> dict[str, Person]:
        """Return the persons that the file fixes, by key."""
        return {
            key: Person(
                key=key,
                birth_name=one.birth_name,
                birth_given_names=one.birth_given_names,
                birth_date=one.birth_date,
                sex=one.sex,
                birth_place_code=one.birth_place_code,
                used_name=one.used_name,
                used_given_name=one.used_given_name,
                matricule=one.matricule,
                oid=one.oid,
                card_serial=one.card_serial,
                private_id=one.private_id,
            )
            for key, one in self.identities.items()
        }
