"""A wrong command line, told in French: the library that reads it speaks English only."""

from __future__ import annotations

import re

_SENTENCES: tuple[tuple[str, str], ...] = (
    (
        r"No such command (?P<a>'.*?')\. Did you mean (?P<b>.*)\?",
        "commande {a} inconnue ; la plus proche : {b}",
    ),
    (r"No such command (?P<a>'.*?')\.", "commande {a} inconnue"),
    (r"Missing command\.", "il manque la commande"),
    (r"Missing argument (?P<a>'.*?')\.?.*", "il manque l'argument {a}"),
    (r"Missing (?:option|parameter) (?P<a>'.*?')\.?.*", "il manque l'option {a}"),
    (
        r"No such option: (?P<a>\S+) \(Possible options: (?P<b>.*)\)",
        "option {a} inconnue ; les plus proches : {b}",
    ),
    (r"No such option: (?P<a>\S+)", "option {a} inconnue"),
    (r"Option (?P<a>'.*?') requires an argument\.", "l'option {a} attend une valeur"),
    (r"Option (?P<a>'.*?') does not take a value\.", "l'option {a} n'attend pas de valeur"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((?P<a>.*)\)", "de trop : {a}"),
    (
        r"Invalid value for (?P<a>'.*?'): .*valid integer.*",
        "valeur refusée pour {a} : un nombre entier est attendu",
    ),
    (r"Invalid value for (?P<a>'.*?'): (?P<b>.*)", "valeur refusée pour {a} : {b}"),
)


def usage_problem(said: str, command: str) -> str:
    """Return what is wrong with a command line and what to type next.

    `said` is the sentence of the library, `command` the words understood so far (`banc judge`). A
    sentence that we do not know is kept as it is.
    """
    if said.startswith("Usage:"):  # typed alone, a command shows its help
        return said
    told = said.rstrip(".")
    for pattern, text in _SENTENCES:
        match = re.fullmatch(pattern, said, re.DOTALL)
        if match:
            told = text.format(**match.groupdict())
            break
    return f"{command} : {told}. Tapez « {command} -h » pour voir ce qui est attendu."
