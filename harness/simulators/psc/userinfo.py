"""UserInfo: the claims of PSC-06 for an account, and the endpoint that gives them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.model.professional import Activity, Professional
from harness.simulators.psc.people import Account
from harness.simulators.psc.wire import NO_STORE, Asked, Refusal, Reply, Trace

if TYPE_CHECKING:
    from harness.simulators.psc.grants import SignIn
    from harness.simulators.psc.provider import Provider

PROFESSIONS = "1.2.250.1.213.1.1.5.5"
SECTORS = "1.2.250.1.71.4.2.4"
LEVELS = "1.2.250.1.213.1.5.1.1.1"
PSI_LOCALE = "1.2.250.1.213.1.3.1.1"
FULL_SCOPE = "scope_all"
AUTHORITY = "CNOM/CNOM/CNOM"


@dataclass(frozen=True, slots=True)
class UserInfo:
    """The answer before it is written: its claims, and whether it will be a signed JWT."""

    claims: dict[str, Any]
    signed: bool = False
    another: dict[str, Any] = field(default_factory=dict)
    """The claims of somebody else whom the provider knows, for a fault to answer."""


def userinfo(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """Answer the claims of the bearer of an access token (OpenID Connect Core §5.3)."""
    token = _bearer(asked)
    trace.parameters["access_token"] = token
    access = provider.grants.access(token, provider.clock.epoch())
    if access is None:
        raise _unauthorized("jeton d'accès inconnu, expiré ou révoqué")
    trace.client_id, trace.sign_in = access.client_id, access.sign_in.id
    trace.rpps = access.sign_in.rpps
    if access.thumbprint and access.thumbprint != provider.thumbprint(asked.certificate):
        raise _unauthorized("jeton lié à un certificat client qui n'est pas présenté (cnf)")
    if "openid" not in access.scope.split():
        description = "le jeton n'a pas la portée openid"
        raise Refusal(
            "insufficient_scope", description, 403, WWW_Authenticate='Bearer scope="openid"'
        )
    right = UserInfo(
        claims_of(access.sign_in, access.scope),
        another=_another(provider, access.sign_in, access.scope),
    )
    info = provider.faults.userinfo(right, trace)
    access.sign_in.userinfo = info.claims
    trace.answered.update(_told(info))
    if not info.signed:
        return Reply.json(info.claims)
    claims = {"iss": provider.issuer, "aud": access.client_id, **info.claims}
    return Reply(200, {"Content-Type": "application/jwt", **NO_STORE}, _jwt(provider, claims))


def _another(provider: Provider, sign_in: SignIn, scope: str) -> dict[str, Any]:
    found = provider.people.another(sign_in.account)
    return claims_of(replace(sign_in, account=found), scope) if found else {}


def claims_of(sign_in: SignIn, scope: str) -> dict[str, Any]:
    """Return the claims that a scope gives: `openid` alone names the person and no more."""
    account = sign_in.account
    who = {
        "sub": account.sub,
        "preferred_username": account.preferred_username,
        "given_name": account.professional.exercise_given_name,
        "family_name": account.professional.exercise_name,
    }
    if FULL_SCOPE not in scope.split():
        return who
    return {**who, **_full(account, sign_in.card)}


def _full(account: Account, card: bool) -> dict[str, Any]:
    one = account.professional
    main = one.activities[0] if one.activities else None
    return {
        "SubjectNameID": account.subject_name_id,
        "SubjectRole": [f"{one.profession}^{PROFESSIONS}"],
        "Secteur_Activite": f"{main.sector}^{SECTORS}" if main else "",
        "SubjectOrganization": main.structure_name if main else "",
        "SubjectOrganizationID": main.structure_id if main else "",
        "Palier_Authentification": f"{'APPPRIP3' if card else 'APPPRIP2'}^{LEVELS}",
        "authMode": "CARD" if card else "MOBILE",
        "Mode_Acces_Raison": "",
        "Acces_Regulation_Medicale": "FAUX",
        "PSI_Locale": PSI_LOCALE,
        "UITVersion": "1.0",
        "otherIds": [
            {"identifiant": account.subject_name_id, "origine": account.origin, "qualite": 1}
        ],
        "SubjectRefPro": {"codeCivilite": "", "exercices": [_exercise(one)]},
    }


def _exercise(one: Professional) -> dict[str, Any]:
    return {
        "codeProfession": one.profession,
        "codeCategorieProfessionnelle": one.category,
        "codeCiviliteDexercice": "",
        "nomDexercice": one.exercise_name,
        "prenomDexercice": one.exercise_given_name,
        "codeTypeSavoirFaire": "S" if one.speciality else "",
        "codeSavoirFaire": one.speciality,
        "activities": [activity_claims(activity) for activity in one.activities],
    }


def activity_claims(activity: Activity) -> dict[str, str]:
    """Return one element of `activities`, under the field names of published samples."""
    finess = activity.structure_id[1:] if activity.mode == "S" else ""
    filled = {
        "codeModeExercice": activity.mode,
        "codeSecteurDactivite": activity.sector,
        "codeGenreActivite": "GENR01",
        "numeroFinessSite": finess,
        "identifiantTechniqueDeLaStructure": activity.id,
        "raisonSocialeSite": activity.structure_name,
        "ancienIdentifiantDeLaStructure": activity.structure_id,
        "autoriteDenregistrement": AUTHORITY,
    }
    return {**dict.fromkeys(_ACTIVITY_FIELDS, ""), **filled}


_ACTIVITY_FIELDS = (
    "codeModeExercice",
    "codeSecteurDactivite",
    "codeSectionPharmacien",
    "codeRole",
    "codeGenreActivite",
    "numeroSiretSite",
    "numeroSirenSite",
    "numeroFinessSite",
    "numeroFinessetablissementJuridique",
    "identifiantTechniqueDeLaStructure",
    "raisonSocialeSite",
    "enseigneCommercialeSite",
    "complementDestinataire",
    "complementPointGeographique",
    "numeroVoie",
    "indiceRepetitionVoie",
    "codeTypeDeVoie",
    "libelleVoie",
    "mentionDistribution",
    "bureauCedex",
    "codePostal",
    "codeCommune",
    "codePays",
    "telephone",
    "telephone2",
    "telecopie",
    "adresseEMail",
    "codeDepartement",
    "ancienIdentifiantDeLaStructure",
    "autoriteDenregistrement",
)


def _bearer(asked: Asked) -> str:
    scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if asked.method == "POST" and asked.parameters.get("access_token"):
        return asked.parameters["access_token"]
    raise Refusal(
        "invalid_request",
        "jeton d'accès attendu dans l'en-tête Authorization: Bearer",
        401,
        WWW_Authenticate="Bearer",
    )


def _unauthorized(description: str) -> Refusal:
    return Refusal(
        "invalid_token", description, 401, WWW_Authenticate='Bearer error="invalid_token"'
    )


def _told(info: UserInfo) -> dict[str, str]:
    exercises = info.claims.get("SubjectRefPro", {}).get("exercices", [])
    return {
        "format": "jwt" if info.signed else "json",
        "sub": str(info.claims["sub"]),
        "preferred_username": str(info.claims["preferred_username"]),
        "SubjectNameID": str(info.claims.get("SubjectNameID", "")),
        "exercices": str(len(exercises)),
        "activities": str(sum(len(one["activities"]) for one in exercises)),
    }


def _jwt(provider: Provider, claims: dict[str, Any]) -> bytes:
    return provider.keys.sign(claims).encode()
