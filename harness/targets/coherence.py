"""What a well-formed target file must still hold together: drivers, addresses, files, delays."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from urllib.parse import urlsplit

from harness.model.identity import PRODUCTION_OIDS
from harness.targets.access_base import AUDIT_FORMS
from harness.targets.base import Capability
from harness.targets.coherence_access import visitor_faults
from harness.targets.faults import Fault, near, shown
from harness.targets.target import DEFAULT_DELAYS, ROLES, Operation, Target

C = Capability
OFFERS: dict[str, frozenset[Capability]] = {
    "fhir": frozenset({C.IDENTITIES, C.IDENTITY_VIEW, C.IDENTITY_LOOKUP, C.SEARCH, C.FHIR_VIEW}),
    "http": frozenset(C) - {C.SCREENS, C.EMISSION, C.INTAKE, C.SIGN_IN},
    "hl7v2": frozenset({C.EMISSION, C.INTAKE}),
    "screens": frozenset({C.SCREENS}),
    "visitor": frozenset({C.SIGN_IN}),
    "attended": frozenset(C) - {C.INTAKE, C.CLOCK, C.PSC},
}
"""Driver → what it can offer."""

OPERATIONS: dict[Capability, tuple[str, ...]] = {
    C.IDENTITIES: ("create",),
    C.IDENTITY_VIEW: ("read",),
    C.IDENTITY_LOOKUP: ("find",),
    C.INSI_CALL: ("insi_call",),
    C.VERIFICATION: ("verification",),
    C.SEARCH: ("search",),
    C.FHIR_VIEW: ("fhir_view",),
    C.ACCOUNTS: ("account_create", "account_link", "account_read"),
    C.EXPORT: ("export",),
    C.PRINTING: ("print",),
    C.TRACES: ("traces",),
    C.RIGHTS: ("read",),
    C.EDITING: ("update",),
    C.REGISTRATION: ("register",),
    C.ATTRIBUTES: ("attributes",),
    C.VALIDATION_SETTINGS: ("automatic_validation", "document_trust", "trust_contracts"),
    C.WORK_LIST: ("work_list",),
    C.INS_VERIFICATION: ("ins_verification",),
    C.MESSAGES: ("send_message",),
    C.PEOPLE: (),
    C.DIRECTORY: ("directory_refresh", "directory_status"),
    C.SECURITY: ("idle_delay", "lock_policy", "renewal_delay"),
    C.CLOCK: ("clock",),
    C.ACTIONS: ("note_create",),
    C.AUDIT: (),
    C.PSC: ("psc_session",),
}
"""Capability → operations that `[drivers.http.operations]` must describe to offer it."""

PEOPLE_OPERATIONS = {
    "professional_access": ("professional_create", "professional_read"),
    "patient_access": ("patient_access",),
}
"""Answer of the profile → operations that `people` needs then."""

KNOWN_OPERATIONS = tuple(
    dict.fromkeys(
        (
            *(name for names in OPERATIONS.values() for name in names),
            *(name for names in PEOPLE_OPERATIONS.values() for name in names),
            *("update", "emit", "print_settings", "export_guide"),
            *("right_withdraw", "right_restore"),
            *("professional_update", "professionals_list", "professional_refresh"),
            *("account_identity", "correspondent_create", "correspondent_read", "mailboxes"),
            *("directory_frequency", "document_create", "mailing_create", "good_practice_read"),
            *(f"audit_{form}" for form in AUDIT_FORMS),
            *("audit_alter", "audit_erase", "psc_exchange", "psc_introspection"),
        )
    )
)
PAGES = (
    *("patient", "creation", "account", "settings", "search", "traces", "rights"),
    *("edition", "work_list"),
)


def checked(target: Target) -> tuple[Target, list[Fault]]:
    """Return the target with absolute file paths, and every incoherence found."""
    target, faults = _with_files(target)
    faults += _referentials(target)
    faults += _addresses(target)
    faults += _capabilities(target)
    faults += _operations(target)
    faults += _delays(target)
    faults += _ports(target)
    faults += _identities(target)
    faults += visitor_faults(target)
    return target, faults


def _with_files(target: Target) -> tuple[Target, list[Fault]]:
    folder, faults = target.path.parent, []

    def absolute(key: str, path: Path | None) -> Path | None:
        if path is None:
            return None
        full = path if path.is_absolute() else (folder / path)
        if not full.is_file():
            faults.append(Fault(key, f"{shown(str(path))} : ce fichier n'existe pas ({full})"))
        return full

    ends = target.endpoints
    endpoints = replace(
        ends,
        ca_file=absolute("endpoints.ca_file", ends.ca_file),
        client_cert=absolute("endpoints.client_cert", ends.client_cert),
        client_key=absolute("endpoints.client_key", ends.client_key),
    )
    if bool(ends.client_cert) != bool(ends.client_key):
        faults.append(
            Fault(
                "endpoints.client_cert", "client_cert et client_key vont ensemble : il en manque un"
            )
        )
    paths = []
    for index, path in enumerate(target.simulators.extra_client_ca):
        paths.append(absolute(f"simulators.extra_client_ca[{index}]", path) or path)
    simulators = replace(target.simulators, extra_client_ca=tuple(paths))
    screens = target.drivers.screens
    browser = absolute("drivers.screens.browser", screens.browser)
    drivers = replace(target.drivers, screens=replace(screens, browser=browser))
    return replace(target, endpoints=endpoints, simulators=simulators, drivers=drivers), faults


def _referentials(target: Target) -> Iterator[Fault]:
    if not target.referentials:
        yield Fault("referentials", '[] : "dmn-1.2.2", "segur-dui" ou les deux sont attendus')
    elif len(set(target.referentials)) != len(target.referentials):
        yield Fault("referentials", "un référentiel est écrit deux fois")
    for name in ("vendor", "product", "version"):
        if not getattr(target.software, name).strip():
            yield Fault(f"software.{name}", '"" : un texte est attendu, il figure au dossier')


def _addresses(target: Target) -> Iterator[Fault]:
    base, mllp = target.endpoints.base_url, target.endpoints.mllp
    if base and not _is_http_url(base):
        yield Fault(
            "endpoints.base_url", f"{shown(base)} : une adresse https://hôte[:port] est attendue"
        )
    if mllp and not _is_host_and_port(mllp):
        yield Fault("endpoints.mllp", f"{shown(mllp)} : hôte:port est attendu (port de 1 à 65535)")
    for name, url in (("http", target.proxy.http), ("https", target.proxy.https)):
        if url and not _is_http_url(url):
            yield Fault(f"proxy.{name}", f"{shown(url)} : http://hôte:port est attendu")
    try:
        ipaddress.ip_address(target.simulators.bind)
    except ValueError:
        yield Fault(
            "simulators.bind",
            f'{shown(target.simulators.bind)} : une adresse IP est attendue ("127.0.0.1")',
        )
    if not target.simulators.public_name:
        yield Fault("simulators.public_name", '"" : le nom ou l\'adresse vue de la cible')


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_host_and_port(address: str) -> bool:
    host, colon, port = address.rpartition(":")
    return bool(host and colon and port.isdecimal() and 0 < int(port) < 65536)


def _capabilities(target: Target) -> Iterator[Fault]:
    for capability, driver in target.capabilities.items():
        key = f"capabilities.{capability}"
        if driver not in OFFERS:
            guess = near(driver, OFFERS)
            advice = f" ; vouliez-vous « {guess} » ?" if guess else ""
            yield Fault(key, f"{shown(driver)} : {' ou '.join(OFFERS)} est attendu{advice}")
        elif capability not in OFFERS[driver]:
            able = [name for name, offered in OFFERS.items() if capability in offered]
            yield Fault(key, f"{shown(driver)} n'offre pas cette capacité ; {' ou '.join(able)}")
        else:
            yield from _needs(target, capability, driver, key)


def _needs(target: Target, capability: Capability, driver: str, key: str) -> Iterator[Fault]:
    ends, options = target.endpoints, target.drivers
    if driver in {"fhir", "http", "screens"} and not ends.base_url:
        yield Fault("endpoints.base_url", f'clé absente ; {key} = "{driver}" en a besoin')
    if driver == "http":
        for name in _operations_of(target, capability):
            if name not in options.http.operations:
                yield Fault(
                    f"drivers.http.operations.{name}", f'table absente ; {key} = "http" en a besoin'
                )
    if driver == "screens" and "patient" not in options.screens.pages:
        yield Fault("drivers.screens.pages.patient", f'clé absente ; {key} = "screens" en a besoin')
    if capability is C.INTAKE and not ends.mllp:
        yield Fault("endpoints.mllp", f"clé absente ; {key} en a besoin")
    if capability is C.RIGHTS and driver == "http" and not options.http.users:
        yield Fault("drivers.http.users", f'table absente ; {key} = "http" en a besoin')
    triggered = capability is C.EMISSION and driver == "hl7v2" and options.hl7v2.trigger == "http"
    if triggered and "emit" not in options.http.operations:
        yield Fault(
            "drivers.http.operations.emit",
            'table absente ; drivers.hl7v2.trigger = "http" en a besoin',
        )


def _operations_of(target: Target, capability: Capability) -> tuple[str, ...]:
    if capability is C.AUDIT:
        forms = tuple(f"audit_{one}" for one in AUDIT_FORMS)
        described = any(one in target.drivers.http.operations for one in forms)
        return () if described else forms[:1]
    if capability is C.PEOPLE:
        answers = PEOPLE_OPERATIONS.items()
        return tuple(
            one for name, needed in answers if getattr(target.profile, name) for one in needed
        )
    return OPERATIONS[capability]


def _operations(target: Target) -> Iterator[Fault]:
    from harness.targets.json_path import JsonPath

    for name, operation in target.drivers.http.operations.items():
        key = f"drivers.http.operations.{name}"
        if name not in KNOWN_OPERATIONS:
            guess = near(name, KNOWN_OPERATIONS)
            advice = f"vouliez-vous « {guess} » ?" if guess else ", ".join(KNOWN_OPERATIONS)
            yield Fault(key, f"opération inconnue ; {advice}")
        if not operation.path.startswith("/"):
            yield Fault(f"{key}.path", f"{shown(operation.path)} : un chemin /… est attendu")
        for where, path in _paths(operation):
            fault = JsonPath.fault(path)
            if fault:
                yield Fault(f"{key}.{where}", f"{shown(path)} : {fault}")
    for role in target.drivers.http.users:
        if role not in ROLES:
            yield Fault(f"drivers.http.users.{role}", f"rôle inconnu ; {', '.join(ROLES)}")
    for name in target.drivers.screens.pages:
        if name not in PAGES:
            yield Fault(f"drivers.screens.pages.{name}", f"page inconnue ; {', '.join(PAGES)}")


def _paths(operation: Operation) -> Iterator[tuple[str, str]]:
    for name, path in operation.answer.items():
        yield f"answer.{name}", path
    if operation.items:
        yield "items", operation.items
    if operation.accepted:
        yield "accepted.path", operation.accepted.path


def _delays(target: Target) -> Iterator[Fault]:
    known = [*DEFAULT_DELAYS, *(str(one) for one in Capability)]
    for name, seconds in target.delays.items():
        if name not in known:
            guess = near(name, known)
            advice = f"vouliez-vous « {guess} » ?" if guess else ", ".join(known)
            yield Fault(f"delays.{name}", f"clé inconnue ; {advice}")
        elif not 0 < seconds <= 3600:
            yield Fault(f"delays.{name}", f"{seconds:g} : de 0 (exclu) à 3600 secondes")


def _ports(target: Target) -> Iterator[Fault]:
    taken: dict[int, str] = {}
    for name, port in asdict(target.simulators.ports).items():
        key = f"simulators.ports.{name}"
        if not 0 <= port <= 65535:
            yield Fault(key, f"{port} : un port de 0 à 65535 est attendu")
        elif port and port in taken:
            yield Fault(key, f"{port} : déjà pris par {taken[port]}")
        taken.setdefault(port, key)


def _identities(target: Target) -> Iterator[Fault]:
    if target.environment == "production":
        return
    for key, person in target.identities.items():
        if person.oid in PRODUCTION_OIDS:
            yield Fault(
                f"identities.{key}.oid",
                f'"{person.oid}" est l\'OID de personnes réelles : "1.2.250.1.213.1.4.10" (test) '
                'est attendu tant que environment = "test"',
            )
