"""Why a form of a page cannot be filled, said the same by the two visitors."""

from __future__ import annotations

from collections.abc import Collection, Iterable

CAPTCHAS = {
    "reCAPTCHA": ("g-recaptcha", "/recaptcha/", "recaptcha.net"),
    "hCaptcha": ("h-captcha", "hcaptcha.com"),
    "Turnstile": ("cf-turnstile", "challenges.cloudflare.com"),
    "captcha": ("captcha",),
}
"""Name of a captcha → what betrays it in the `src`, `class`, `id` or `name` of an element."""
_JOURNEY = "dans le parcours de [drivers.visitor.journeys]"
_LISTED = 12


class FormFault(Exception):
    """Why a form cannot be filled: what was seen, what was expected, what to do."""

    def __init__(self, seen: str, expected: str, todo: str) -> None:
        super().__init__(seen)
        self.seen, self.expected, self.todo = seen, expected, todo


def captcha_in(marks: Iterable[str]) -> str:
    """Return the name of the captcha that attributes of a page betray, or ''."""
    folded = [one.casefold() for one in marks if one]
    for name, words in CAPTCHAS.items():
        if any(word in one for word in words for one in folded):
            return name
    return ""


def captcha_fault(name: str) -> FormFault:
    """Return the fault of a form that a captcha keeps."""
    return FormFault(
        f"un captcha ({name}) garde le formulaire",
        "un formulaire qu'un automate peut remplir",
        "coupez le captcha sur la plateforme d'essai, ou mettez-y ses clés de test",
    )


def absent_controls(
    absent: Collection[str], wanted: Collection[str], seen: Iterable[str], captcha: str
) -> FormFault:
    """Return the fault of a page without the form of a journey."""
    guarded = f" ; la page porte un captcha ({captcha})" if captcha else ""
    return FormFault(
        f"aucun formulaire n'a {listed(absent)} ; champs vus : {listed(seen)}{guarded}",
        f"un formulaire avec {listed(wanted)}",
        f"corrigez `fill` {_JOURNEY}",
    )


def compulsory_fault(name: str) -> FormFault:
    """Return the fault of a compulsory control that the journey does not fill."""
    return FormFault(
        f"le champ obligatoire « {name} » n'est pas rempli",
        "un formulaire dont le parcours remplit chaque champ obligatoire",
        f"ajoutez « {name} » à `fill` {_JOURNEY}",
    )


def choice_fault(name: str, value: str, seen: Iterable[str]) -> FormFault:
    """Return the fault of a list that does not offer a choice."""
    return FormFault(
        f"le champ « {name} » n'offre pas le choix « {value} » ; choix vus : {listed(seen)}",
        "un choix de la page",
        f"corrigez la valeur de « {name} » {_JOURNEY}",
    )


def button_fault(text: str, seen: Iterable[str]) -> FormFault:
    """Return the fault of a form without the button of a journey, or with several."""
    return FormFault(
        f"le formulaire a pour boutons : {listed(seen)}",
        f"un bouton « {text} »" if text else "un seul bouton",
        f"écrivez dans `press` le texte du bouton, tel que la page le montre, {_JOURNEY}",
    )


def absent_button(text: str, seen: Iterable[str]) -> FormFault:
    """Return the fault of a page without the button or the link of a journey."""
    return FormFault(
        f"ni bouton ni lien « {text} » ; vus : {listed(seen)}",
        f"un bouton ou un lien « {text} »",
        f"corrigez `press` {_JOURNEY}",
    )


def listed(names: Iterable[str]) -> str:
    """Return a few names as a reader sees them."""
    found = [one for one in names if one][:_LISTED]
    return ", ".join(f"« {one[:40]} »" for one in found) or "aucun"
