"""What the two drivers of screens share: paths, forms, and pages turned into proofs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit

from harness.model.artefact import Artefact
from harness.model.identity import Person
from harness.model.problems import CapabilityMissing
from harness.model.releve import ScreenReleve, SearchReleve
from harness.targets.base import Attempt, PatientRef, Screen, SearchAnswer
from harness.targets.releves import creation_releve
from harness.targets.target import ScreenOptions

PAGE_TITLES = {
    "patient": "Fiche patient",
    "creation": "Formulaire de création",
    "account": "Compte de l'usager",
    "settings": "Réglages",
    "search": "Recherche",
    "traces": "Journal",
    "rights": "Réglage des droits",
    "edition": "Formulaire de modification",
    "work_list": "Liste de travail",
}
PAGE_WORDS = {
    "patient": "patient",
    "creation": "création",
    "account": "compte",
    "settings": "réglages",
    "search": "recherche",
    "traces": "traces",
    "rights": "habilitations",
    "edition": "modification",
    "work_list": "liste de travail",
}


def page_path(options: ScreenOptions, name: str, key: str = "") -> str:
    """Return the path of a page. Raises `CapabilityMissing` when the file does not give it."""
    template = options.pages.get(name)
    if template is None:
        raise CapabilityMissing(
            f"le fichier de cible ne donne pas la page « {name} » : ajoutez "
            f"drivers.screens.pages.{name}"
        )
    return template.replace("{id}", quote(key, safe=""))


def button_text(options: ScreenOptions, action: str) -> str:
    """Return the visible text of a button. Raises `CapabilityMissing` when it is not given."""
    text = options.buttons.get(action, "")
    if not text:
        raise CapabilityMissing(
            f"le fichier de cible ne donne pas le bouton « {action} » : ajoutez "
            f"drivers.screens.buttons.{action}"
        )
    return text


def created_id(options: ScreenOptions, url: str) -> str:
    """Return the id of the patient whose page the URL is, or '' when it is another page."""
    path = urlsplit(url).path
    before, _, after = (
        page_path(options, "patient", "\0").replace(quote("\0"), "\0").partition("\0")
    )
    if path == options.pages.get("creation") or not path.startswith(before):
        return ""
    key = path[len(before) : len(path) - len(after)] if path.endswith(after) else ""
    return "" if "/" in key else key


def listed_patients(options: ScreenOptions, links: Iterable[str]) -> tuple[PatientRef, ...]:
    """Return the patients to whose page a page links, in its order, each once."""
    keys = dict.fromkeys(created_id(options, one) for one in links)
    others = set(options.pages.values())
    return tuple(
        PatientRef(unquote(key))
        for key in keys
        if key and page_path(options, "patient", key) not in others
    )


def search_values(options: ScreenOptions, criteria: Mapping[str, str]) -> dict[str, str]:
    """Return what is typed in each control of the search form, by its `name`.

    Raises `CapabilityMissing` for a criterion that the file gives no control.
    """
    for name in criteria:
        if name not in options.search:
            raise CapabilityMissing(
                f"le fichier de cible ne donne pas le champ de recherche « {name} » : ajoutez "
                f"drivers.screens.search.{name}"
            )
    return {options.search[name]: value for name, value in criteria.items()}


def search_answer(
    criteria: Mapping[str, str], found: tuple[PatientRef, ...], screen: Screen
) -> SearchAnswer:
    """Return what a search by the form gave; an alert without result is a refusal."""
    alerts = screen_releve_of(screen).alerts
    releve = SearchReleve(
        criteria=dict(criteria),
        found=tuple(one.id for one in found),
        accepted=bool(found) or not alerts,
        message=" ; ".join(alerts),
        source="écran",
    )
    artefact = releve.artefact("Recherche par l'écran (relevé)", screen.image.origin)
    return SearchAnswer(found, artefact, (screen.image,))


def form_values(options: ScreenOptions, person: Person) -> dict[str, str]:
    """Return what is typed in each field that the file names, in the words of the form."""
    traits = {**person.traits(), "private_id": person.private_id}
    typed = {name: traits[name] for name in options.form if name in traits}
    return {n: options.options.get(n, {}).get(value, value) for n, value in typed.items()}


def screen_of(
    name: str, releve: ScreenReleve, image: bytes, media_type: str, *, degraded: bool = False
) -> Screen:
    """Return a screen from its picture (or its HTML) and its relevé."""
    moment = datetime.fromisoformat(releve.at).strftime("%d/%m/%Y à %H:%M:%S UTC")
    origin = f"{releve.url}, le {moment}"
    kind = "page HTML, sans navigateur" if degraded else "capture d'écran"
    title = PAGE_TITLES[name]
    return Screen(
        Artefact(f"{title} ({kind})", image, media_type, origin),
        releve.artefact(f"{title} (relevé)", origin),
        degraded,
    )


def screen_releve_of(screen: Screen) -> ScreenReleve:
    """Return the relevé of a screen, parsed."""
    return ScreenReleve.parse(screen.releve)


def label_value(releve: ScreenReleve, label: str) -> str:
    """Return the value that a page shows under a label, or ''."""
    return next((one.value for one in releve.fields if one.label == label), "") if label else ""


def creation_attempt(
    person: Person, patient: PatientRef | None, alerts: tuple[str, ...], screen: Screen
) -> Attempt:
    """Return the attempt that a creation by screen was."""
    releve = creation_releve(
        person,
        accepted=patient is not None,
        message=" ; ".join(alerts),
        code="",
        patient_id=patient.id if patient else "",
    )
    artefact = releve.artefact("Création par l'écran (relevé)", screen.image.origin)
    return Attempt(patient is not None, patient, artefact, (screen.image,))
