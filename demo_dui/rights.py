"""Who may do what: rights given to profiles, profiles given to users, all of it data (règle 4)."""

from __future__ import annotations

from typing import Any

from demo_dui import faults
from demo_dui.parameters import Parameters, WrongSettingError

IDENTITY, INSI, STRICT = "identite", "insi", "traits-stricts"
TRACES, SETTINGS, MANAGEMENT = "traces", "parametres", "gestion"
RIGHTS = {
    IDENTITY: "Accéder à l'identité et aux données des personnes",
    INSI: "Appeler le téléservice INSi",
    STRICT: "Modifier un trait strict verrouillé",
    TRACES: "Lire les traces",
    SETTINGS: "Lire et changer les paramètres du site",
    MANAGEMENT: "Gérer les profils et les droits",
}
DEFAULT_PROFILES: dict[str, list[str]] = {
    "soignant": [IDENTITY, INSI, TRACES, SETTINGS],
    "infirmier": [IDENTITY],
    "secrétariat": [],
    "super-utilisateur": [IDENTITY, INSI, STRICT, TRACES, SETTINGS],
    "administrateur": [TRACES, SETTINGS, MANAGEMENT],
}
DEFAULT_USERS = {
    "pro.martin": "soignant",
    "pro.durand": "soignant",
    "inf.roux": "infirmier",
    "sec.petit": "secrétariat",
    "super.lefevre": "super-utilisateur",
    "admin.leroy": "administrateur",
}
_PERSONAL = (
    "/patients",
    "/fhir/",
    "/api/patients",
    "/accounts",
    "/api/accounts",
    "/liste-de-travail",
    "/api/worklist",
    "/export",
    "/api/export",
)
_AUDIT = ("/fhir/AuditEvent", "/api/audit")
_INSI_CALLS = ("/insi", "/insi-verification")


class Rights:
    """The profiles of the site and who has which."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    @property
    def profiles(self) -> dict[str, list[str]]:
        """Profile → codes of its rights."""
        kept: dict[str, list[str]] | None = self._parameters.read("profiles")
        return DEFAULT_PROFILES if kept is None else kept

    @property
    def users(self) -> dict[str, str]:
        """Login → profile."""
        kept: dict[str, str] | None = self._parameters.read("users")
        return DEFAULT_USERS if kept is None else kept

    def has(self, login: str, right: str) -> bool:
        """Tell whether the user's profile holds a right."""
        if login in DEFAULT_USERS and faults.active("droits-changement-sans-effet"):
            return right in DEFAULT_PROFILES[DEFAULT_USERS[login]]
        return right in self.profiles.get(self.users.get(login, ""), [])

    def as_json(self) -> dict[str, Any]:
        """The rights as the API shows them."""
        return {"rights": RIGHTS, "profiles": self.profiles, "users": self.users}

    def give(self, login: str, profile: str) -> None:
        """Give a profile to a user, new or not; WrongSettingError for an unknown profile."""
        if profile not in self.profiles:
            raise WrongSettingError(
                f"Profil « {profile[:30]} » inconnu, attendu : {', '.join(self.profiles)}."
            )
        self._parameters.write("users", {**self.users, login: profile})

    def replace(self, body: dict[str, Any]) -> None:
        """Change profiles and users (both optional); WrongSettingError says what is wrong."""
        profiles = body.get("profiles", self.profiles)
        users = body.get("users", self.users)
        _check_profiles(profiles)
        _check_users(users, profiles, self.users)
        self._parameters.write("profiles", profiles)
        self._parameters.write("users", {**self.users, **users})


def _check_profiles(profiles: object) -> None:
    if not isinstance(profiles, dict) or not profiles:
        raise WrongSettingError("profiles : objet profil → liste de droits attendu.")
    for name, given in profiles.items():
        if not isinstance(given, list) or any(right not in RIGHTS for right in given):
            known = ", ".join(RIGHTS)
            raise WrongSettingError(f"Profil « {name[:30]} » : droits attendus parmi {known}.")
    if not any(MANAGEMENT in given for given in profiles.values()):
        text = "Aucun profil ne garderait le droit de gestion : le changement est refusé."
        raise WrongSettingError(text)


def _check_users(users: object, profiles: dict[str, list[str]], known: dict[str, str]) -> None:
    if not isinstance(users, dict):
        raise WrongSettingError("users : objet utilisateur → profil attendu.")
    for login, profile in users.items():
        if login not in known:
            raise WrongSettingError(f"Utilisateur « {login[:30]} » inconnu.")
        if profile not in profiles:
            raise WrongSettingError(f"Profil « {str(profile)[:30]} » inconnu pour {login}.")


def needed(method: str, path: str) -> str | None:
    """The right that a request needs, or None when signing in is enough."""
    writes = method not in {"GET", "HEAD"}
    if path in {"/api/journal", "/journal"} or path.endswith("/traces"):
        return None if faults.active("droits-traces-ouvertes") else TRACES
    if path.startswith(_AUDIT):
        # Nobody has the right to alter a trace: the answer itself says so (405).
        return None if writes else TRACES
    if path in {"/api/rights", "/rights"}:
        managed = writes and not faults.active("droits-gestion-ouverte")
        return MANAGEMENT if managed else SETTINGS
    if path.startswith(("/api/professionals", "/professionnels", "/api/test/")):
        return MANAGEMENT
    if path in {"/api/directory/refresh", "/annuaire"} and writes:
        return SETTINGS
    if path in {"/api/settings", "/settings"} or path.startswith("/api/settings/"):
        return SETTINGS
    if not path.startswith(_PERSONAL):
        return None
    if writes and path.endswith(_INSI_CALLS):
        return IDENTITY if faults.active("droits-insi-ouvert") else INSI
    return None if _left_open(path) else IDENTITY


def _left_open(path: str) -> bool:
    """Doors that a seeded fault leaves open to every profile."""
    if path.startswith("/fhir/"):
        return faults.active("droits-fhir-ouvert")
    if path == "/api/patients":
        return faults.active("droits-recherche-ouverte")
    if path.startswith("/api/"):
        return faults.active("droits-api-ouverte")
    return faults.active("droits-page-ouverte")
