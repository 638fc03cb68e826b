"""Seeded faults of demo_dui and which checks catch them: the harness judged by its own misses.

One demo, one INSi and one pytest process serve the whole hunt. Each fault empties the store and
plays only the scenarios of its theme; the browser is opened for the faults of screens alone.
"""

from __future__ import annotations

import csv
import json
import random
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.model.problems import ConfigurationProblem, HarnessFault
from harness.model.results import ScenarioResult
from harness.running import INTERRUPTED, Lent, play
from harness.workbench import Workbench

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "targets" / "demo.toml"
THEMES: dict[str, tuple[str, ...]] = {
    "statut": (
        "ins/test_statuts.py",
        "ins/test_appel_insi.py",
        "ins/test_historique_statut.py",
    ),
    "champs": ("ins/test_dix_champs.py", "ins/test_champs_obligatoires.py"),
    "caracteres": ("ins/test_caracteres.py", "ins/test_date_naissance.py"),
    "transmission": ("ins/test_transmission.py",),
    "insi": ("ins/test_appel_insi.py", "ins/test_reponse_insi_refusee.py"),
    "acquittement": ("ins/test_prise_en_compte_pam.py",),
    "ecran": (
        "ins/test_ecran_patient.py",
        "ins/test_champs_obligatoires.py",
        "ins/test_reponse_insi_refusee.py",
        "ins/test_statuts.py",
    ),
    "impression": ("ins/test_impression.py",),
    "compte": ("identification/test_compte_patient.py",),
    "recherche": (
        "ins/test_recherche.py",
        "ins/test_recherche_signes.py",
        "ins/test_recherche_matricule.py",
    ),
    "droits": ("ins/test_droits.py", "ins/test_droits_insi.py"),
    "traces": ("traces/test_traces_identite.py", "traces/test_traces_insi.py"),
    "verrous": (
        "ins/test_verrous.py",
        "ins/test_premier_prenom.py",
        "ins/test_super_utilisateur.py",
    ),
    "attributs": ("ins/test_attributs.py", "ins/test_historique_statut.py"),
    "justificatifs": ("ins/test_justificatifs.py", "ins/test_numero_remboursement.py"),
    "echanges": ("ins/test_messages_hl7.py", "traces/test_traces_messages.py"),
    "verification": (
        "ins/test_autre_domaine.py",
        "ins/test_verification_propre.py",
        "traces/test_traces_verification.py",
    ),
    "journal": (
        "traces/test_traces_completes.py",
        "traces/test_traces_connexion.py",
        "traces/test_traces_messages_bal.py",
        "traces/test_traces_inviolables.py",
    ),
    "export": ("portabilite/test_export.py",),
    "connexion": (
        "identification/test_blocage.py",
        "identification/test_deconnexion.py",
        "identification/test_compte_usager_identite.py",
        "identification/test_renouvellement_impose.py",
    ),
    "second-facteur": (
        "identification/test_double_facteur.py",
        "identification/test_vol_de_session.py",
        "identification/test_perte_appareil.py",
    ),
    "mots-de-passe": (
        "identification/test_mot_de_passe.py",
        "identification/test_renouvellement.py",
        "identification/test_renouvellement_impose.py",
    ),
    "comptes": (
        "identification/test_comptes_professionnels.py",
        "identification/test_revocation.py",
        "identification/test_contacts.py",
        "identification/test_compte_usager_identite.py",
        "identification/test_administration.py",
    ),
    "psc": ("psc/test_connexion.py",),
    "psc-jeton": ("psc/test_jeton_identite.py", "psc/test_jetons.py"),
    "psc-compte": ("psc/test_comptes.py", "psc/test_deconnexion_psc.py"),
    "annuaire": (
        "annuaire/test_professionnels.py",
        "annuaire/test_fraicheur.py",
        "annuaire/test_correspondants.py",
        "annuaire/test_adresses.py",
    ),
}
"""Theme of a fault → the scenario files that look at that behaviour."""
WITH_BROWSER = frozenset({"ecran"})
HEALTHY = ""


@dataclass(frozen=True, slots=True)
class Hunted:
    """A fault, what must catch it, and what did."""

    name: str
    theme: str
    line: str
    expected: tuple[str, ...]
    rules: tuple[str, ...]
    scenarios: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """Return True when every rule named beside the fault saw it."""
        return set(self.expected) <= set(self.rules)

    def as_json(self) -> dict[str, Any]:
        """Return the fault as the documented contract."""
        return {
            "name": self.name,
            "theme": self.theme,
            "line": self.line,
            "expected": list(self.expected),
            "caught_by": [*self.rules, *self.scenarios],
            "caught": self.caught,
        }


def hunt(
    reports: Path,
    full: bool,
    sample: int | None,
    names: tuple[str, ...],
    seed: int | None,
    *,
    as_json: bool,
) -> int:
    """Play the faults, print what caught them, and return 0 when all were caught, else 1.

    `full` plays all of them and writes the matrix fault × check; `sample` draws that many from
    `seed`; `names` plays those named. Raises `ConfigurationProblem` for an unknown name.
    """
    seed = secrets.randbelow(2**31) if seed is None else seed
    bench = Workbench(DEMO, reports / "mutants", seed)
    try:
        assert bench.demo is not None
        chosen = _chosen(bench.demo.faults(), None if full else sample, names, seed)
        themes = list(dict.fromkeys(fault["theme"] for fault in chosen))
        _say(f"Graine {seed} · {len(chosen)} défaut(s) · DUI sain d'abord", quiet=as_json)
        healthy = _played(bench, None, _files(themes), True, seed)
        errors = sum(len(errors) for _, errors in _errors(healthy))
        hunted = []
        for index, fault in enumerate(chosen, 1):
            one = _hunted(bench, fault, seed + index)
            hunted.append(one)
            _say(_line(one, index, len(chosen)), quiet=as_json)
        matrix = _write_matrix(bench.folder, hunted) if full else None
        bench.journal.close({"errors": errors, "faults": len(hunted)})
    finally:
        bench.close()
    missed = [one for one in hunted if not one.caught]
    if as_json:
        body = {"healthy": {"errors": errors}, "faults": [one.as_json() for one in hunted]}
        print(json.dumps(body, ensure_ascii=False, indent=1))
    else:
        _summary(errors, hunted, missed, matrix)
    return 1 if missed or errors else 0


def _chosen(
    faults: list[dict[str, Any]], sample: int | None, names: tuple[str, ...], seed: int
) -> list[dict[str, Any]]:
    known = {fault["name"]: fault for fault in faults}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigurationProblem(
            f"défaut inconnu : {', '.join(unknown)} ; connus : {', '.join(sorted(known))}"
        )
    strays = {fault["theme"] for fault in faults} - set(THEMES)
    if strays:
        raise HarnessFault(f"thème de défaut sans scénario : {', '.join(sorted(strays))}")
    if names:
        return [known[name] for name in names]
    if sample is None or sample >= len(faults):
        return faults
    return random.Random(seed).sample(faults, sample)


def _hunted(bench: Workbench, fault: dict[str, Any], seed: int) -> Hunted:
    theme = fault["theme"]
    results = _played(bench, fault["name"], THEMES[theme], theme in WITH_BROWSER, seed)
    seen = list(_errors(results))
    return Hunted(
        fault["name"],
        theme,
        fault["line"],
        tuple(fault["expected"]),
        tuple(sorted({rule for _, rules in seen for rule in rules})),
        tuple(result.id for result, rules in seen if rules),
    )


def _played(
    bench: Workbench, fault: str | None, files: tuple[str, ...], browser: bool, seed: int
) -> list[ScenarioResult]:
    assert bench.demo is not None
    bench.demo.set_fault(fault)
    bench.reconnect(browser=browser)
    bench.journal.record("fault", {"name": fault or HEALTHY, "files": list(files)})
    lent = Lent(bench, seed)
    if play(["--target", str(DEMO)], scenarios=files, plugins=[lent]) == INTERRUPTED:
        raise KeyboardInterrupt
    if lent.run is None or not lent.run.finished:
        raise HarnessFault(f"les scénarios du défaut « {fault} » n'ont pas pu être joués")
    return lent.run.results


def _errors(results: list[ScenarioResult]) -> Iterator[tuple[ScenarioResult, list[str]]]:
    for result in results:
        outcomes = [outcome for check in result.checks for outcome in check.judgement.outcomes]
        yield result, [o.rule_id for o in outcomes for _ in o.errors]


def _files(themes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for theme in themes for name in THEMES[theme]))


def _write_matrix(folder: Path, hunted: list[Hunted]) -> Path:
    checks = sorted({rule for one in hunted for rule in one.rules})
    path = folder / "matrice.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(["défaut", "thème", "attendue", *checks])
        for one in hunted:
            marks = ["×" if check in one.rules else "" for check in checks]
            rows.writerow([one.name, one.theme, " ".join(one.expected), *marks])
    return path


def _line(one: Hunted, index: int, total: int) -> str:
    mark = "vu" if one.caught else "MANQUÉ"
    by = ", ".join(one.rules) or "aucune règle"
    return f"[{index}/{total}] {mark} · {one.name} · attendu {', '.join(one.expected)} · vu : {by}"


def _summary(errors: int, hunted: list[Hunted], missed: list[Hunted], matrix: Path | None) -> None:
    print(f"\nDUI sain : {errors} constat(s) d'erreur")
    print(f"Défauts semés : {len(hunted)} · vus par leur règle : {len(hunted) - len(missed)}")
    for one in missed:
        print(f"  manqué : {one.name} — {one.line} (attendu {', '.join(one.expected)})")
    alone = [one.name for one in hunted if len(one.rules) == 1]
    if matrix:
        print(f"Vus par une seule règle : {len(alone)} ({', '.join(alone)})")
        print(f"Matrice défaut × règle : {matrix}")


def _say(text: str, *, quiet: bool) -> None:
    print(text, file=sys.stderr if quiet else sys.stdout, flush=True)
