"""What Pro Santé Connect says of who signs in: the ID token checked, UserInfo read."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from demo_dui import faults

ALGORITHM = "RS256"
LEEWAY = 60
"""Seconds by which the clocks may differ."""
LEVELS = {"eidas1": 1, "eidas2": 2, "eidas3": 3}
Json = dict[str, Any]
Keys = Callable[[bool], KeySet]
"""The published keys of the issuer; True asks for them again."""


class PscRefusedError(Exception):
    """What Pro Santé Connect sent is refused; the message says why, in French."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an ID token must say; `nonce` None when it was not asked for (refresh)."""

    issuer: str
    client_id: str
    nonce: str | None
    now: float


@dataclass(frozen=True, slots=True)
class PscIdentity:
    """Who signed in: SubjectNameID (8 + RPPS), sub, preferred_username, places of exercise.

    activities: technical identifier of each place → its name.
    """

    national_id: str
    sub: str
    username: str
    activities: dict[str, str] = field(default_factory=dict)
    name: str = ""
    profession: str = ""
    claims: Json = field(default_factory=dict, repr=False)


def verified(token: str, keys: Keys, expected: Expected) -> Json:
    """The claims of an ID token, every check of PSC-03 done; PscRefusedError otherwise."""
    claims = _signed(token, keys)
    _check_origin(claims, expected)
    _check_time(claims, expected.now)
    right = expected.nonce is None or claims.get("nonce") == expected.nonce
    if not right and not faults.active("psc-nonce-ignore"):
        raise PscRefusedError("le nonce du jeton n'est pas celui de la demande")
    _check_level(str(claims.get("acr", "")))
    if not claims.get("sub"):
        raise PscRefusedError("jeton d'identité sans sub")
    return claims


def _signed(token: str, keys: Keys) -> Json:
    """The claims, once the signature is checked by the key that the header names."""
    header = _part(token, 0)
    algorithm = str(header.get("alg", ""))
    if algorithm != ALGORITHM:
        if algorithm == "none" and faults.active("psc-alg-none-accepte"):
            return _part(token, 1)
        raise PscRefusedError(f"algorithme « {algorithm[:20]} », {ALGORITHM} attendu")
    known = _key_of(header, keys)
    if known is None:
        if faults.active("psc-kid-inconnu-accepte"):
            return _part(token, 1)
        raise PscRefusedError("clé de signature (kid) inconnue de Pro Santé Connect")
    try:
        return dict(jwt.decode(token, known, algorithms=[ALGORITHM]).claims)
    except (JoseError, ValueError) as error:
        if faults.active("psc-signature-ignoree"):
            return _part(token, 1)
        text = f"signature du jeton d'identité refusée ({type(error).__name__})"
        raise PscRefusedError(text) from error


def _key_of(header: Json, keys: Keys) -> KeySet | None:
    """The published key of this kid, asked for again once when it is not known."""
    kid = header.get("kid")
    for again in (False, True):
        if again and faults.active("psc-cle-jamais-relue"):
            break
        found = [key for key in keys(again).keys if key.kid == kid]
        if kid and found:
            return KeySet(found)
    return None


def _part(token: str, place: int) -> Json:
    """The header (0) or the claims (1) of a compact token, nothing of it checked yet."""
    parts = token.split(".")
    try:
        padded = parts[place] + "=" * (-len(parts[place]) % 4)
        content = json.loads(base64.urlsafe_b64decode(padded))
    except (IndexError, ValueError) as error:
        raise PscRefusedError("jeton d'identité illisible") from error
    if len(parts) != 3 or not isinstance(content, dict):
        raise PscRefusedError("jeton d'identité illisible")
    return content


def _check_origin(claims: Json, expected: Expected) -> None:
    if claims.get("iss") != expected.issuer and not faults.active("psc-emetteur-ignore"):
        raise PscRefusedError("le jeton d'identité vient d'un autre émetteur")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    for_us = expected.client_id in named and party in (None, expected.client_id)
    if len(named) > 1 and party is None:
        for_us = False
    if not for_us and not faults.active("psc-audience-ignoree"):
        raise PscRefusedError("le jeton d'identité est destiné à un autre logiciel")


def _check_time(claims: Json, now: float) -> None:
    end = claims.get("exp")
    dated = isinstance(end, int | float) and not isinstance(end, bool)
    alive = dated and float(end) + LEEWAY > now  # type: ignore[arg-type]  # `dated` says number
    if not alive and not faults.active("psc-echeance-ignoree"):
        raise PscRefusedError("le jeton d'identité est expiré")


def _check_level(level: str) -> None:
    """At least eidas1: a card gives eidas3, and must not be refused for it (PSC-03)."""
    enough = LEVELS.get(level, 0) >= LEVELS["eidas1"]
    if faults.active("psc-acr-exact"):
        enough = level == "eidas1"
    if not enough and not faults.active("psc-acr-ignore"):
        raise PscRefusedError(f"niveau d'authentification « {level[:20]} » sous eidas1")


# UserInfo


def userinfo_claims(content: bytes, media: str, keys: Keys, expected: Expected) -> Json:
    """The claims of UserInfo, which comes as JSON or as a signed JWT (PSC-04)."""
    if media == "application/jwt" and not faults.active("psc-userinfo-jwt-refuse"):
        claims = _signed(content.decode("ascii", "replace"), keys)
        if claims.get("iss") not in (None, expected.issuer):
            raise PscRefusedError("UserInfo signé par un autre émetteur")
        return claims
    try:
        claims = json.loads(content)
    except ValueError as error:
        raise PscRefusedError("UserInfo illisible : JSON ou JWT attendu") from error
    if not isinstance(claims, dict):
        raise PscRefusedError("UserInfo illisible : objet JSON attendu")
    return claims


def identity(claims: Json, sub: str) -> PscIdentity:
    """Who UserInfo tells of; it must be the person of the ID token (OIDC Core §5.3.2)."""
    if claims.get("sub") != sub and not faults.active("psc-userinfo-autre-accepte"):
        raise PscRefusedError("UserInfo parle d'une autre personne que le jeton d'identité")
    national_id = str(claims.get("SubjectNameID") or _other_id(claims))
    if not national_id:
        text = "Pro Santé Connect ne donne pas l'identifiant national (SubjectNameID)"
        raise PscRefusedError(text)
    exercises = _list(claims.get("SubjectRefPro"), "exercices")
    return PscIdentity(
        national_id=national_id,
        sub=sub,
        username=str(claims.get("preferred_username", "")),
        activities=dict(
            _place(activity) for exercise in exercises for activity in _list(exercise, "activities")
        ),
        name=" ".join(str(claims.get(key, "")) for key in ("given_name", "family_name")).strip(),
        profession=str(exercises[0].get("codeProfession", "")) if exercises else "",
        claims=claims,
    )


def _place(activity: Json) -> tuple[str, str]:
    """Identifier and name of a place of exercise, whichever of them is given."""
    name = str(activity.get("raisonSocialeSite") or "")
    if faults.active("psc-exercice-tronque"):
        name = name.partition(" ")[0]
    identifier = str(activity.get("identifiantTechniqueDeLaStructure") or name)
    return identifier, name or identifier


def _other_id(claims: Json) -> str:
    others = claims.get("otherIds")
    listed = others if isinstance(others, list) else []
    found = (o.get("identifiant", "") for o in listed if isinstance(o, dict) and _is_rpps(o))
    return str(next(found, ""))


def _is_rpps(other: Json) -> bool:
    return other.get("origine") == "RPPS"


def _list(holder: object, name: str) -> list[Json]:
    value = holder.get(name) if isinstance(holder, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
