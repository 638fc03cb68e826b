"""Strength of passwords: bounds of entropy of the DMN grid (IEPS 9.2, IEU 10.2, SSI/IAM.92)."""

from __future__ import annotations

import math
from enum import StrEnum

from demo_dui import faults

PROFESSIONAL_BITS = 50.0
PATIENT_BITS = 26.5
"""Eight digits, the example of the grid, make 26.6 bits; four characters of any class 26.3."""
SHORTEST, CLASSES = 8, 3


class Population(StrEnum):
    """Whom a password protects."""

    PATIENT = "usager"
    PROFESSIONAL = "professionnel"
    PRIVILEGED = "administrateur"


def _sizes(password: str) -> list[int]:
    """Sizes of the classes used: lower case, capitals, digits, anything else."""
    used = {
        26: any("a" <= c <= "z" for c in password),
        -26: any("A" <= c <= "Z" for c in password),
        10: any("0" <= c <= "9" for c in password),
        33: any(not (c.isascii() and c.isalnum()) for c in password),
    }
    return [abs(size) for size, present in used.items() if present]


def class_count(password: str) -> int:
    """How many of the four classes of characters a password uses."""
    return len(_sizes(password))


def entropy_bits(password: str) -> float:
    """Length times the bits of one character drawn among the classes used; 0.0 when empty."""
    return len(password) * math.log2(sum(_sizes(password))) if password else 0.0


def refusal(password: str, population: Population, privileged_length: int) -> str:
    """Why a password is refused, in French with what is expected; '' when it is accepted."""
    if faults.active("mdp-sans-controle"):
        return ""
    if population is Population.PATIENT:
        return _patient_refusal(password)
    if population is Population.PRIVILEGED and not faults.active("mdp-privilegie-ordinaire"):
        return _privileged_refusal(password, privileged_length)
    return _professional_refusal(password)


def _patient_refusal(password: str) -> str:
    least = 23.0 if faults.active("mdp-usager-sept-chiffres") else PATIENT_BITS
    if entropy_bits(password) >= least:
        return ""
    return (
        "Mot de passe trop faible : 8 chiffres au moins, ou 6 caractères qui mêlent lettres et "
        "chiffres."
    )


def _professional_refusal(password: str) -> str:
    shortest = 7 if faults.active("mdp-sept-caracteres") else SHORTEST
    classes = 2 if faults.active("mdp-deux-classes") else CLASSES
    least = 47.0 if faults.active("mdp-dix-minuscules") else PROFESSIONAL_BITS
    if faults.active("mdp-quinze-chiffres"):
        least = 49.0
    varied = len(password) >= shortest and class_count(password) >= classes
    if varied or entropy_bits(password) >= least:
        return ""
    return (
        "Mot de passe trop faible : 8 caractères au moins parmi 3 des 4 classes (minuscules, "
        "capitales, chiffres, autres), ou une phrase plus longue."
    )


def _privileged_refusal(password: str, length: int) -> str:
    shortest = length - 1 if faults.active("mdp-privilegie-quatorze") else length
    classes = 3 if faults.active("mdp-privilegie-trois-classes") else 4
    if len(password) >= shortest and class_count(password) >= classes:
        return ""
    return (
        f"Mot de passe d'administrateur trop faible : {length} caractères au moins, des 4 classes "
        "(minuscules, capitales, chiffres, autres)."
    )
