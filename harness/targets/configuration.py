"""Reading a target file: every fault is said at once, in French, with the key as written."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from harness.model.problems import ConfigurationProblem
from harness.model.profile import IdentityReference, Profile
from harness.targets import coherence, schema_faults
from harness.targets.faults import Fault, near, shown
from harness.targets.secrets import Secrets
from harness.targets.target import Target, TargetFile
from harness.targets.target_access import AuditOptions

MAX_FILE_BYTES = 1_000_000


def load_target(path: Path | str, environ: Mapping[str, str] | None = None) -> Target:
    """Read, check and return a target.

    `environ` is where `env:NAME` values are looked up (`os.environ` by default). Relative paths of
    the file are relative to its folder. Raises `ConfigurationProblem` listing every fault found.
    """
    source = Path(path)
    written = _parse(source)
    secrets = Secrets(os.environ if environ is None else environ)
    resolved = secrets.resolve(written)
    faults = list(secrets.faults)
    profile_table = resolved.pop("profile", None)
    profile = _profile(profile_table, faults)
    body = _validated(resolved, written, faults)
    if body is None or profile is None:
        raise _problem(source, faults)
    target = Target(
        **{one.name: getattr(body, one.name) for one in fields(TargetFile)},
        path=source,
        profile=profile,
        secrets=tuple(secrets.values),
    )
    target, incoherences = coherence.checked(target)
    told = {one.key for one in faults}
    faults.extend(one for one in incoherences if one.key not in told)
    if faults:
        raise _problem(source, faults)
    return target


def load_audit_options(path: Path | str) -> AuditOptions:
    """Read `[drivers.audit]` alone of a target file: its secrets need not be there.

    Raises `ConfigurationProblem` listing every fault of that table.
    """
    from pydantic import TypeAdapter, ValidationError

    source = Path(path)
    written = _parse(source)
    drivers = written.get("drivers")
    table = drivers.get("audit", {}) if isinstance(drivers, dict) else {}
    try:
        return TypeAdapter(AuditOptions).validate_json(json.dumps(table, default=str))
    except ValidationError as error:
        errors = [
            {**one, "loc": ("drivers", "audit", *one["loc"])}
            for one in error.errors(include_url=False)
        ]
        raise _problem(source, schema_faults.french(errors, written)) from error


def _parse(path: Path) -> dict[str, Any]:
    try:
        if path.is_dir():
            raise ConfigurationProblem(
                f"{path} est un dossier : donnez le chemin d'un fichier de cible (.toml)"
            )
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationProblem(_missing_file(path)) from error
    except OSError as error:
        raise ConfigurationProblem(
            f"{path} ne peut pas être lu ({error.strerror}) : vérifiez le chemin et les droits"
        ) from error
    if len(raw) > MAX_FILE_BYTES:
        raise ConfigurationProblem(
            f"{path} pèse {len(raw) // 1000} ko : un fichier de cible tient en quelques ko ; "
            "est-ce le bon fichier ?"
        )
    return _decoded(path, raw)


def _missing_file(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    guess = near(path.name, [one.name for one in folder.glob("*.toml")])
    advice = f" ; vouliez-vous {folder / guess} ?" if guess else ""
    return (
        f"{path} n'existe pas{advice or ' : copiez fixtures/targets/modele.toml et remplissez-le'}"
    )


def _decoded(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigurationProblem(
            f"{path}, ligne {line} : l'octet 0x{raw[error.start]:02X} n'est pas de l'UTF-8 ; "
            "enregistrez le fichier en UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationProblem(
            f"{path} n'est pas du TOML valide : {_french_toml(str(error))}. Un texte va entre "
            'guillemets (clé = "valeur"), une table entre crochets ([endpoints])'
        ) from error


def _french_toml(message: str) -> str:
    for english, french in (
        ("(at line ", "(ligne "),
        (", column ", ", colonne "),
        ("(at end of document)", "(fin du fichier)"),
        ("Invalid value", "valeur invalide"),
        ("Invalid statement", "ligne incompréhensible"),
        ("Cannot overwrite a value", "clé écrite deux fois"),
        ("Unclosed array", "crochet non refermé"),
        ("Illegal character", "caractère interdit"),
        ("Expected '=' after a key in a key/value pair", "« = » attendu après une clé"),
        (
            "Expected newline or end of document after a statement",
            "fin de ligne attendue après une valeur",
        ),
        ("Expected ']' at the end of a table declaration", "« ] » attendu à la fin d'une table"),
        ("Unterminated string", "guillemet non refermé"),
        ("Cannot declare", "table écrite deux fois :"),
        ("Invalid initial character for a key part", "une clé ne commence pas ainsi"),
    ):
        message = message.replace(english, french)
    return message


def _profile(table: Any, faults: list[Fault]) -> Profile | None:
    names = [one.name for one in fields(Profile)]
    if not table:
        state = "absente" if table is None else "vide"
        faults.append(
            Fault(
                "[profile]",
                f"table {state} : le banc testerait zéro exigence ; répondez à {', '.join(names)}",
            )
        )
        return None
    if not isinstance(table, dict):
        faults.append(Fault("profile", f"{shown(table)} : une table [profile] est attendue"))
        return None
    before = len(faults)
    strangers = [key for key in table if key not in names]
    faults.extend(schema_faults.unknown_key(f"profile.{key}", names) for key in strangers)
    for name in names:
        _check_answer(name, table, faults)
    if len(faults) > before:
        return None
    reference = IdentityReference(table["identity_reference"])
    return Profile(**{**table, "identity_reference": reference})


def _check_answer(name: str, table: dict[str, Any], faults: list[Fault]) -> None:
    key = f"profile.{name}"
    choices = [str(one) for one in IdentityReference]
    is_reference = name == "identity_reference"
    expected = " ou ".join(f'"{one}"' for one in choices) if is_reference else "true ou false"
    if name not in table:
        faults.append(Fault(key, f"réponse absente : {expected} attendu (rien n'est deviné)"))
        return
    value = table[name]
    right = value in choices if is_reference else isinstance(value, bool)
    if not right:
        guess = near(str(value), choices) if is_reference else ""
        advice = f" ; vouliez-vous « {guess} » ?" if guess else ""
        faults.append(Fault(key, f"{shown(value)} : {expected} attendu{advice}"))


def _validated(
    resolved: dict[str, Any], written: dict[str, Any], faults: list[Fault]
) -> TargetFile | None:
    from pydantic import TypeAdapter, ValidationError  # 0.2 s: only when a file is read

    body = json.dumps(resolved, ensure_ascii=False, default=str)
    try:
        return TypeAdapter(TargetFile).validate_json(body)
    except ValidationError as error:
        faults.extend(schema_faults.french(error.errors(), written))
        return None


def _problem(path: Path, faults: list[Fault]) -> ConfigurationProblem:
    unique = list(dict.fromkeys(faults))
    count = "1 faute" if len(unique) == 1 else f"{len(unique)} fautes"
    lines = [f"{path} : {count} à corriger", *(f"  {one.key} : {one.text}" for one in unique)]
    return ConfigurationProblem("\n".join(lines))
