"""The good practices that the software offers to read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoodPractice:
    """One text; `id` is a stable word for addresses and traces."""

    id: str
    title: str
    text: str


GOOD_PRACTICES = (
    GoodPractice(
        "recueil-identite",
        "Recueillir l'identité d'une personne",
        "Demandez à la personne de décliner elle-même son nom de naissance, ses prénoms et sa date "
        "de naissance ; ne les lui soufflez pas. Comparez ensuite avec la pièce d'identité qu'elle "
        "présente. Sans pièce, l'identité reste provisoire : dites-le à la personne et notez-le.",
    ),
    GoodPractice(
        "message-securise",
        "Envoyer un message au sujet d'une personne",
        "Choisissez l'adresse dans l'annuaire plutôt que de la saisir. Vérifiez le nom du "
        "destinataire et de la personne avant l'envoi. L'objet du message ne dit rien de la santé "
        "de la personne. En cas d'échec, corrigez la cause et envoyez de nouveau.",
    ),
    GoodPractice(
        "visite-domicile",
        "Tenir la note d'une visite à domicile",
        "Écrivez la note le jour même : ce que vous avez observé, ce qui a été fait, ce qui reste "
        "à faire et par qui. Distinguez les faits de l'appréciation. La personne peut demander à "
        "lire la note ; écrivez-la pour qu'elle puisse la comprendre.",
    ),
)


def of_id(practice_id: str) -> GoodPractice | None:
    """The good practice of this id, or None."""
    return next((one for one in GOOD_PRACTICES if one.id == practice_id), None)
