"""What the page of an identity and the page of an account say, row by row."""

from __future__ import annotations

from datetime import datetime

from demo_dui import faults
from demo_dui.identity import Identity
from demo_dui.naming import LABELS
from demo_dui.store import Account

SEXES = {"M": "Masculin", "F": "Féminin", "U": "Inconnu"}
NOTHING = "non renseigné"
NSS_LABEL = "Numéro de sécurité sociale (remboursement)"
FIELD_LABELS = {
    **LABELS,
    "matricule": "Matricule INS",
    "oid": "OID",
    "nss": NSS_LABEL,
    "proof": "Justificatif",
    "document": "Pièce contrôlée",
    "private_id": "Identifiant local (IPP)",
    "attributes": "Attributs",
    "status": "Statut de l'identité",
}


def title(identity: Identity) -> str:
    """Heading of the page: the name as the professional calls the person."""
    traits = identity.traits
    return f"{_shown_name(identity)} {traits.first_birth_given_name or ''}".strip()


def _shown_name(identity: Identity) -> str:
    name = identity.traits.birth_name or ""
    return name[:-1] if faults.active("ecran-nom-altere") else name


def rows(identity: Identity, optional: bool, proof: str | None = None) -> list[tuple[str, str]]:
    """Labels and values of the page; optional traits follow the setting (règle 3).

    `proof` is the kind of justificatif shown at creation, in words.
    """
    traits = identity.traits
    ambiguous = faults.active("ecran-libelle-ambigu")
    shown = [("Nom" if ambiguous else LABELS["birth_name"], _shown_name(identity))]
    if not faults.active("ecran-premier-prenom-absent"):
        shown.append((LABELS["first_birth_given_name"], traits.first_birth_given_name or ""))
    shown.append((LABELS["birth_date"], french_date(traits.birth_date or "")))
    if not faults.active("ecran-sexe-absent"):
        shown.append((LABELS["sex"], SEXES.get(traits.sex or "", "")))
    shown.append(("Matricule INS", matricule_shown(identity.matricule, identity.nature)))
    if optional and not faults.active("ecran-facultatifs-absents"):
        shown += [
            ("OID", identity.oid or ""),
            (LABELS["birth_given_names"], traits.birth_given_names or ""),
            (LABELS["birth_place_code"], traits.birth_place_code or ""),
            (LABELS["used_name"], traits.used_name or ""),
            (LABELS["used_given_name"], traits.used_given_name or ""),
        ]
    if not faults.active("ecran-statut-masque"):
        shown.append(("Statut de l'identité", str(identity.status)))
    shown.append(("Identifiant local (IPP)", identity.private_id))
    billing = "INS de remboursement" if faults.active("nss-libelle-ins") else NSS_LABEL
    shown.append((billing, identity.nss or ""))
    shown.append(("Justificatif présenté", proof or ""))
    return [(label, value or NOTHING) for label, value in shown]


def account_rows(account: Account, identity: Identity) -> list[tuple[str, str]]:
    """Labels and values of the page of an account."""
    traits = identity.traits
    shown = [
        ("Identifiant de connexion", account.login),
        (LABELS["birth_name"], traits.birth_name or ""),
        (LABELS["first_birth_given_name"], traits.first_birth_given_name or ""),
        (LABELS["birth_date"], french_date(traits.birth_date or "")),
        (LABELS["sex"], SEXES.get(traits.sex or "", "")),
        ("Identifiant local (IPP)", identity.private_id),
    ]
    if not faults.active("compte-matricule-masque"):
        shown.append(("Matricule INS", matricule_shown(account.matricule, identity.nature)))
    return [(label, value or NOTHING) for label, value in shown]


def matricule_shown(matricule: str | None, nature: str | None) -> str:
    """The matricule followed by its nature, as in `279035121518989 (NIR)`."""
    if not matricule:
        return ""
    if faults.active("ecran-matricule-sans-nature"):
        return matricule
    return f"{matricule} ({nature})"


def french_date(value: str) -> str:
    """`1979-03-28` as `28/03/1979`; any other text is left as it is."""
    if faults.active("ecran-date-iso"):
        return value
    parts = value.split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else value


def french_instant(value: str) -> str:
    """An ISO instant as local French date and time; an empty one stays empty."""
    if not value:
        return ""
    return datetime.fromisoformat(value).astimezone().strftime("%d/%m/%Y à %H:%M:%S")
