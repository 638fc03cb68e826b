"""`banc show ID`: a French card for an exigence, a scénario, a proof, a range or a rule."""

from __future__ import annotations

from collections.abc import Iterable

from harness.catalogue.coverage import KIND_WORDS, DeclaredScenario, RuleRef, played_scenarios
from harness.catalogue.entries import Catalogue, Range
from harness.catalogue.errors import UnknownId
from harness.model.requirement import (
    HARNESS_CAN_MAKE,
    CatalogueScenario,
    CoverageKind,
    ExpectedProof,
    ProofKind,
    Requirement,
)

PROOF_WORDS: dict[ProofKind, str] = {
    ProofKind.CAPTURE: "capture d'écran ou vidéo",
    ProofKind.LOG: "extrait de journal ou de flux",
    ProofKind.GAZELLE: "lien permanent de l'espace de test d'interopérabilité (Gazelle)",
    ProofKind.CNDA: "autorisation du CNDA",
    ProofKind.DOCUMENT: "document écrit",
    ProofKind.SCAN: "numérisation du document imprimé",
    ProofKind.VIDEO: "vidéo",
}
CORRIDOR_WORDS = {"L": "LGC", "R": "RIS", "B": "BIO", "D": "DPI", "P": "PFI"}
NONE = "aucun"
NO_TWIN = "aucune"


def show(
    wanted: str,
    catalogue: Catalogue,
    declared: Iterable[DeclaredScenario] = (),
    rules: Iterable[RuleRef] = (),
) -> str:
    """Return the French card of an id: what it is, its source, its twins, where its code is.

    Raises `UnknownId` with near matches, rules included.
    """
    wanted = " ".join(wanted.split())
    declared, rules = tuple(declared), tuple(rules)
    if wanted in catalogue.requirement_ids:
        return _requirement(catalogue.requirement(wanted), catalogue, declared, rules)
    if wanted in catalogue.scenario_ids:
        return _scenario(catalogue.scenario(wanted), catalogue, declared, rules)
    if wanted in catalogue.proof_ids:
        return _proof(catalogue.proof(wanted), catalogue, declared)
    if found := catalogue.range_of(wanted):
        return _range(wanted, found, catalogue)
    for rule in rules:
        if rule.id == wanted:
            return _rule(rule, catalogue, declared)
    raise UnknownId(wanted, (*sorted(catalogue.ids), *(rule.id for rule in rules)))


def _card(title: str, *rows: tuple[str, str | Iterable[str]]) -> str:
    lines = [title, "─" * min(len(title), 78)]
    for label, value in rows:
        if isinstance(value, str):
            lines += [f"{label} : {value}"] if value else []
            continue
        entries = list(value)
        lines += [f"{label} :", *(f"  - {entry}" for entry in entries)] if entries else []
    return "\n".join(lines)


def _requirement(
    one: Requirement,
    catalogue: Catalogue,
    declared: tuple[DeclaredScenario, ...],
    rules: tuple[RuleRef, ...],
) -> str:
    to_confirm = " ; application au DUI à confirmer" if one.application_to_confirm else ""
    return _card(
        f"Exigence {one.id} — {one.title}",
        ("Référentiel", f"{one.referential}, famille {one.family}, {one.level}"),
        ("Profil", one.profile + (f", si {one.condition}" if one.condition else "")),
        ("Couloirs lus", ", ".join(CORRIDOR_WORDS[c] for c in catalogue.corridors[one.id])),
        ("Source", _source(one.source, catalogue)),
        (
            "Confiance",
            f"{one.confidence} — {catalogue.sources.confidence[one.confidence]}{to_confirm}",
        ),
        ("À savoir", catalogue.notes.get(one.id, "")),
        ("Équivalences", ", ".join(one.twins) or NO_TWIN),
        ("Sans objet", (f"{n.when} : {n.reason} ({n.source})" for n in one.not_applicable)),
        ("Scénarios et preuves", _scenario_lines(one, catalogue)),
        ("Couverture", _coverage(one, catalogue, declared)),
        ("Scénarios du banc", _items(one, catalogue, declared)),
        ("Règles du banc", _rule_lines(one.id, rules)),
        ("Table", f"harness/catalogue/{catalogue.files[one.id]}"),
    )


def _scenario_lines(one: Requirement, catalogue: Catalogue) -> Iterable[str]:
    for scenario in one.scenarios:
        yield f"{scenario.id}{_derived(scenario.id, catalogue)} — {scenario.title}"
        for proof in scenario.proofs:
            yield f"↳ preuve {_proof_line(proof, catalogue)}"


def _proof_line(proof: ExpectedProof, catalogue: Catalogue) -> str:
    return f"{proof.id}{_derived(proof.id, catalogue)} ({proof.kind}) — {proof.title}"


def _derived(any_id: str, catalogue: Catalogue) -> str:
    return " [numéro déduit]" if any_id in catalogue.derived else ""


def _source(source: str, catalogue: Catalogue) -> list[str]:
    return [f"{name} — {catalogue.sources.sources[name]}" for name in source.split(", ")]


def _coverage(
    one: Requirement, catalogue: Catalogue, declared: tuple[DeclaredScenario, ...]
) -> str:
    playing = [d for d in declared if played_scenarios(catalogue, one, d) is not None]
    if not playing:
        if one.coverage is CoverageKind.AUTOMATIC:
            return "prévue — aucun scénario du banc ne la joue encore"
        return f"{KIND_WORDS[one.coverage]} — {one.coverage_reason}"
    attended = all(d.attended for d in playing)
    word = KIND_WORDS[CoverageKind.ATTENDED if attended else CoverageKind.AUTOMATIC]
    documentary = one.coverage is CoverageKind.DOCUMENTARY
    return f"{word}, en partie : {one.coverage_reason}" if documentary else word


def _items(
    one: Requirement, catalogue: Catalogue, declared: tuple[DeclaredScenario, ...]
) -> list[str]:
    return [d.item for d in declared if played_scenarios(catalogue, one, d) is not None]


def _rule_lines(requirement_id: str, rules: tuple[RuleRef, ...]) -> list[str]:
    return [f"{r.id} — {_where(r)}" for r in rules if requirement_id in r.cites]


def _where(rule: RuleRef) -> str:
    return rule.module.replace(".", "/") + ".py"


def _scenario(
    one: CatalogueScenario,
    catalogue: Catalogue,
    declared: tuple[DeclaredScenario, ...],
    rules: tuple[RuleRef, ...],
) -> str:
    requirement = catalogue.requirement_of(one.id)
    return _card(
        f"Scénario de conformité {one.id} — {one.title}",
        ("Numéro", "déduit du schéma de nommage" if one.id in catalogue.derived else ""),
        ("Exigence", f"{requirement.id} — {requirement.title}"),
        ("Profil", one.profile + (f", si {one.condition}" if one.condition else "")),
        ("Source", _source(requirement.source, catalogue)),
        ("Confiance", requirement.confidence),
        ("Équivalences", ", ".join(catalogue.twins(one.id)) or NO_TWIN),
        ("Preuves", (_proof_line(proof, catalogue) for proof in one.proofs)),
        ("Scénarios du banc", _items_playing(one, catalogue, declared) or NONE),
        ("Règles du banc", _rule_lines(requirement.id, rules)),
        ("Table", f"harness/catalogue/{catalogue.files[requirement.id]}"),
    )


def _items_playing(
    one: CatalogueScenario, catalogue: Catalogue, declared: tuple[DeclaredScenario, ...]
) -> list[str]:
    requirement = catalogue.requirement_of(one.id)
    return [
        d.item for d in declared if one.id in (played_scenarios(catalogue, requirement, d) or ())
    ]


def _proof(one: ExpectedProof, catalogue: Catalogue, declared: tuple[DeclaredScenario, ...]) -> str:
    scenario = catalogue.scenario_of(one.id)
    requirement = catalogue.requirement_of(one.id)
    ours = one.kind in HARNESS_CAN_MAKE
    return _card(
        f"Preuve {one.id} — {one.title}",
        ("Numéro", "déduit du schéma de nommage" if one.id in catalogue.derived else ""),
        ("Nature", f"{one.kind}, {PROOF_WORDS[one.kind]}"),
        ("Qui la fournit", "le banc peut la produire" if ours else "pièce à fournir par l'éditeur"),
        ("Scénario", f"{scenario.id} — {scenario.title}"),
        ("Exigence", f"{requirement.id} — {requirement.title}"),
        ("Source", _source(requirement.source, catalogue)),
        ("Confiance", requirement.confidence),
        ("Scénarios du banc", _items_playing(scenario, catalogue, declared) or NONE),
    )


def _range(wanted: str, one: Range, catalogue: Catalogue) -> str:
    entry = one.entry
    scenarios = f"{entry.scenarios} scénarios" if entry.scenarios else "scénarios non comptés"
    return _card(
        f"À importer {entry.label} — {one.title}",
        ("Identifiant", wanted if wanted != entry.label else ""),
        ("Référentiel", entry.referential),
        ("Contenu", f"exigences annoncées : {entry.count}, {scenarios}"),
        ("Identifiants connus", ", ".join(entry.known_ids) or NONE),
        ("Source", _source(entry.source, catalogue)),
        ("Confiance", one.confidence),
        ("À savoir", one.note),
        ("État", "à importer du tableau officiel (REM) ; aucune exigence n'est inventée"),
    )


def _rule(rule: RuleRef, catalogue: Catalogue, declared: tuple[DeclaredScenario, ...]) -> str:
    cited = [
        f"{key} — {catalogue.requirement(key).title}" if key in catalogue.requirement_ids else key
        for key in rule.cites
    ]
    return _card(
        f"Règle {rule.id} — {rule.title}",
        ("Exigences citées", cited or "aucune, règle de la seule norme"),
        ("Norme", rule.standard),
        ("Format jugé", rule.format),
        ("Scénarios du banc", [d.item for d in declared if rule.id in d.rule_ids] or NONE),
        ("Code", _where(rule)),
    )
