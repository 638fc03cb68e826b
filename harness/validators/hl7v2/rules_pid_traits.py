"""Rules on the traits, the addresses, the encounter and the reliability of the PID segment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from harness.terminology import code_list
from harness.validators import Check, Finding, Level, rule
from harness.validators.hl7v2.profile import by_french_profile
from harness.validators.hl7v2.reader import (
    Pid,
    Repetition,
    pam_pid_segments,
    pid_segments,
)
from harness.validators.ins.matricule import is_insee_place

RELIABILITY = "hl7v2_pid32"
NAME_TYPES = ("L", "D", "S", "U")
SEXES = ("F", "M", "O", "U")
INS_SEXES = ("F", "M")
NEVER_VALUED = {10: "appartenance ethnique", 17: "religion", 22: "groupe ethnique"}
NOT_USED = (2, 4, 9, 12, 19, 20, 28)
NK1_NEVER_VALUED = (25, 28, 35)
ENCOUNTER_CLASSES = frozenset("EIOR")
TRAITS = ("INS/va1.61", "INS/va1.71")


@rule("V2-PID-01", each=pid_segments, standard="IHE ITI TF vol. 4, 4.1.1.2 et table PID")
@by_french_profile
def forbidden_fields_are_empty(pid: Pid, check: Check) -> Iterator[Finding]:
    """PID-10, 17, 22 and NK1-25, 28, 35 are never valued in France, nor the fields of usage X."""
    for number, label in NEVER_VALUED.items():
        if pid.segment.field(number):
            yield _must_be_empty(pid.segment.path(number), f"{label}, jamais renseigné en France")
    for number in NOT_USED:
        if pid.segment.field(number):
            yield _must_be_empty(pid.segment.path(number), "champ d'usage X dans PAM France")
    for kin in pid.message.named("NK1"):
        for number in NK1_NEVER_VALUED:
            if kin.field(number):
                yield _must_be_empty(kin.path(number), "jamais renseigné en France")


def _must_be_empty(path: str, why: str) -> Finding:
    return Finding(
        at=path,
        expected=f"vide ({why})",
        found="renseigné",
        hint="Ce champ vient-il d'un paramétrage étranger de l'interface ?",
    )


@rule("V2-PID-10", each=pid_segments, cites=TRAITS, standard="IHE ITI TF vol. 4, PID-5")
@by_french_profile
def names_have_a_type(pid: Pid, check: Check) -> Iterator[Finding]:
    """Every name of PID-5 has a type L, D, S or U, and the birth name (L) is present if known."""
    for name in pid.names:
        kind = name.value(7)
        if kind not in NAME_TYPES:
            yield Finding(
                at=f"{name.path}.7",
                expected="L (naissance), D (utilisé), S (pseudonyme) ou U (inconnu)",
                found=kind or "vide",
                hint="Le type du nom est-il émis en septième composante ?",
            )
        if name.value(6):
            yield Finding(
                at=f"{name.path}.6",
                expected="vide : un titre se met en XPN.5",
                found=name.value(6)[:20],
                hint="Le titre a-t-il glissé d'une composante ?",
                level=Level.WARNING,
            )
    kinds = [name.value(7) for name in pid.names]
    if not pid.names or (set(kinds) <= {"D", "S"} and (pid.ins_identifiers or "S" not in kinds)):
        yield Finding(
            at=pid.segment.path(5),
            expected="le nom de naissance, de type L",
            found=f"types {', '.join(kinds)}" if kinds else "vide",
            hint="Le nom de naissance est-il émis en plus du nom utilisé ?",
        )
    if kinds[:1] == ["D"] and "L" in kinds:
        yield Finding(
            at=f"{pid.names[0].path}.7",
            expected="le nom de naissance (L) en première répétition",
            found="D",
            hint="Le nom utilisé passe-t-il avant le nom de naissance ?",
            level=Level.WARNING,
        )


def birth_names(check: Check) -> Iterator[tuple[Pid, Repetition]]:
    """Yield the birth names (type L) of the patient segments."""
    for pid in pid_segments(check):
        for name in pid.names_of("L"):
            yield pid, name


@rule("V2-PID-11", each=birth_names, cites=TRAITS, standard="exemples ANS hl7V2-exemples, PID-5")
@by_french_profile
def birth_name_is_whole(subject: tuple[Pid, Repetition], check: Check) -> Iterator[Finding]:
    """The birth name has XPN.1 the name, XPN.2 the first given name, XPN.3 the whole list."""
    _, name = subject
    labels = {
        1: "le nom de naissance",
        2: "le premier prénom de naissance",
        3: "la liste des prénoms de naissance, séparés par une espace",
    }
    for rank, label in labels.items():
        if not name.value(rank):
            yield Finding(
                at=f"{name.path}.{rank}",
                expected=label,
                found="vide",
                hint="Les trois premières composantes du nom de naissance sont-elles émises ?",
            )
    first, given = name.value(2), name.value(3)
    if not (first and given):
        return
    if "," in given or ";" in given:
        yield Finding(
            at=f"{name.path}.3",
            expected="des prénoms séparés par une espace",
            found=given[:60],
            hint="La liste des prénoms a-t-elle gardé la ponctuation de l'écran ?",
        )
    elif not f"{given} ".casefold().startswith(f"{first} ".casefold()):
        yield Finding(
            at=f"{name.path}.3",
            expected=f"une liste qui commence par le premier prénom ({first[:40]})",
            found=given[:60],
            hint="Un prénom composé a-t-il été coupé, ou la liste mise dans un autre ordre ?",
        )


@rule("V2-PID-12", each=pid_segments, standard="IHE ITI TF vol. 4, PID-6")
@by_french_profile
def mother_name_is_not_the_used_name(pid: Pid, check: Check) -> Iterator[Finding]:
    """PID-6 is the maiden name of the mother, never the used name of the patient."""
    mother = pid.segment.repetitions(6)
    birth = {name.value(1).casefold() for name in pid.names_of("L")}
    used = {name.value(1).casefold() for name in pid.names_of("D")}
    used.add(str(check.expected.get("traits", {}).get("used_name", "")).casefold())
    given = {name.value(2).casefold() for name in pid.names} - {""}
    for name in mother:
        family = name.value(1).casefold()
        if name.value(7) == "D" or (family and family in used - birth):
            yield Finding(
                at=name.path,
                expected="le nom de naissance de la mère, ou rien",
                found=f"{name.value(1)[:40]}, le nom utilisé du patient",
                hint="Le nom utilisé est-il émis en PID-5 avec le type D ?",
            )
        elif name.value(2).casefold() in given:
            yield Finding(
                at=name.path,
                expected="le nom de naissance de la mère, ou rien",
                found="le prénom du patient",
                hint="PID-6 porte-t-il un nom du patient ?",
                level=Level.WARNING,
            )


@rule("V2-PID-13", each=pid_segments, cites=TRAITS, standard="HL7 v2.5, PID-7")
@by_french_profile
def birth_date_is_a_date(pid: Pid, check: Check) -> Iterator[Finding]:
    """PID-7 is a real date written YYYYMMDD."""
    date = pid.segment.field(7)
    if not date and not pid.ins_identifiers:
        yield _birth_date(pid, "vide", "La date de naissance est-elle connue ?", Level.WARNING)
    elif len(date) != 8 or not date.isascii() or not date.isdecimal():
        hint = "La date part-elle sans séparateur et sans heure ?"
        yield _birth_date(pid, date[:30] or "vide", hint)
    elif not _is_calendar_date(date):
        hint = "Une date lunaire ou un jour inconnu sont-ils tenus à part, en ZFD-1 ?"
        yield _birth_date(pid, date, hint)


def _birth_date(pid: Pid, found: str, hint: str, level: Level | None = None) -> Finding:
    return Finding(pid.segment.path(7), "une date réelle, AAAAMMJJ", found, hint, level)


def _is_calendar_date(digits: str) -> bool:
    try:
        datetime(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True


@rule("V2-PID-14", each=pid_segments, cites=TRAITS, standard="IHE ITI TF vol. 4, PID-8 ; FR Core")
@by_french_profile
def sex_is_of_the_table(pid: Pid, check: Check) -> Iterator[Finding]:
    """PID-8 is F, M, O or U; with an INS it is F or M."""
    sex = pid.segment.value(8)
    admitted = INS_SEXES if pid.ins_identifiers else SEXES
    if sex not in admitted:
        yield Finding(
            at=pid.segment.path(8),
            expected=" ou ".join(admitted) + (" (avec un INS)" if pid.ins_identifiers else ""),
            found=sex[:20] or "vide",
            hint="Le sexe est-il traduit dans la table HL7 0001 avant l'envoi ?",
            level=None if sex or pid.ins_identifiers else Level.WARNING,
        )


def birth_place_carriers(check: Check) -> Iterator[Pid]:
    """Yield the patient segment that carries an INS or a birth place."""
    return (pid for pid in pid_segments(check) if pid.ins_identifiers or pid.birth_places)


@rule("V2-PID-15", each=birth_place_carriers, cites=TRAITS, standard="exemples ANS, PID-11")
@by_french_profile
def birth_place_is_coded(pid: Pid, check: Check) -> Iterator[Finding]:
    """The birth place is a repetition of PID-11 of type BDL with the INSEE code in XAD.9."""
    if not pid.birth_places:
        yield Finding(
            at=pid.segment.path(11),
            expected="une répétition de type BDL avec le code INSEE du lieu de naissance",
            found="aucune",
            hint="Le lieu de naissance, trait strict de l'INS, est-il transmis ?",
        )
    for place in pid.birth_places:
        code = place.value(9)
        if not is_insee_place(code):
            yield Finding(
                at=f"{place.path}.9",
                expected="un code INSEE de 5 caractères (2A ou 2B en Corse, 99… à l'étranger)",
                found=code[:20] or "vide",
                hint="Est-ce un code postal, ou un code à quatre chiffres sans son zéro ?",
            )


def other_addresses(check: Check) -> Iterator[tuple[Pid, Repetition]]:
    """Yield the addresses that are not a birth place."""
    for pid in pid_segments(check):
        for address in pid.addresses:
            if address.value(7) != "BDL" and not address.is_empty:
                yield pid, address


@rule("V2-PID-16", each=other_addresses, standard="exemples ANS hl7V2-exemples, PID-11")
@by_french_profile
def address_has_type_and_country(
    subject: tuple[Pid, Repetition], check: Check
) -> Iterator[Finding]:
    """An address has a type (H for the home) and a country of three letters (FRA)."""
    _, address = subject
    if not address.value(7):
        yield Finding(
            at=f"{address.path}.7",
            expected="H pour l'adresse du domicile",
            found="vide",
            hint="Le type d'adresse est-il émis en septième composante ?",
        )
    country = address.value(6)
    if not (len(country) == 3 and country.isascii() and country.isalpha() and country.isupper()):
        yield Finding(
            at=f"{address.path}.6",
            expected="un pays sur trois lettres (FRA)",
            found=country[:20] or "vide",
            hint="Le pays est-il codé selon ISO 3166-1 alpha-3 ?",
            level=None if country else Level.WARNING,
        )


@rule("V2-PID-17", each=pid_segments, standard="IHE ITI TF vol. 4, PID-18 et PV1-19")
@by_french_profile
def encounter_is_numbered(pid: Pid, check: Check) -> Iterator[Finding]:
    """PID-18 holds one file number (AN), required with an encounter, and PV1-19 a visit (VN)."""
    accounts = pid.segment.repetitions(18)
    if len(accounts) > 1:
        hint = "Plusieurs dossiers administratifs sont-ils émis dans un même message ?"
        found = f"{len(accounts)} répétitions"
        yield Finding(pid.segment.path(18), "un numéro de dossier au plus", found, hint)
    for account in accounts:
        if account.value(5) != "AN":
            hint = "Le type de l'identifiant de dossier est-il émis ?"
            yield Finding(f"{account.path}.5", "AN", account.value(5)[:20] or "vide", hint)
    visit = pid.message.first("PV1")
    if visit is None or visit.value(2) not in ENCOUNTER_CLASSES:
        return
    if not accounts and pid.message.is_pam:
        yield Finding(
            at=pid.segment.path(18),
            expected=f"le numéro de dossier (AN), PV1-2 = {visit.value(2)} annonce une venue",
            found="vide",
            hint="Le dossier administratif est-il ouvert avant la venue ?",
        )
    kind = visit.value(19, 5)
    if kind != "VN" or not visit.value(19):
        yield Finding(
            at=visit.path(19),
            expected=f"le numéro de venue (VN), requis quand PV1-2 = {visit.value(2)}",
            found=visit.field(19)[:40] or "vide",
            hint="Le numéro de venue est-il émis avec son type ?",
        )


@rule(
    "V2-PID-18",
    each=pid_segments,
    cites=("INS 45",),
    standard="FR Core, fr-core-cs-v2-0445",
    lists=(RELIABILITY,),
)
def reliability_is_of_the_table(pid: Pid, check: Check) -> Iterator[Finding]:
    """The codes of PID-32 are of table 0445; statuses of the guide INS do not travel."""
    table = code_list(RELIABILITY)
    for code in pid.identity_reliability:
        if code not in table["codes"]["admis"]:
            instead = table["a_la_place"].get(code)
            yield Finding(
                at=pid.segment.path(32),
                expected=f"{instead} à la place de {code}" if instead else "un code table 0445",
                found=code[:20],
                hint="Un statut interne est-il envoyé au lieu de PROV ou VALI ?",
            )


@rule(
    "V2-PID-19",
    each=pid_segments,
    standard="FR Core, invariants citant le RNIV (EXI SI 09)",
    overlaps=("V2-PID-09",),
)
def doubtful_identity_has_no_ins(pid: Pid, check: Check) -> Iterator[Finding]:
    """FICT and DOUT go with PROV, without INS, and not together."""
    doubts = [code for code in ("FICT", "DOUT") if code in pid.identity_reliability]
    if not doubts:
        return
    path, found = pid.segment.path(32), pid.reliability_text
    if len(doubts) == 2:
        hint = "Une identité peut-elle être à la fois fictive et douteuse ?"
        yield Finding(path, "FICT ou DOUT, jamais les deux", found, hint)
    if "PROV" not in pid.identity_reliability:
        hint = "Le statut est-il ramené à provisoire quand l'attribut est posé ?"
        yield Finding(path, f"PROV avec {' et '.join(doubts)}", found, hint)
    for one in pid.ins_identifiers:
        hint = "Le matricule est-il retiré d'une identité fictive ou douteuse ?"
        yield Finding(one.path, f"aucun INS avec {' et '.join(doubts)}", one.shortened, hint)


def dated_reliability(check: Check) -> Iterator[Pid]:
    """Yield the patient segment of a PAM message whose PID-32 is valued."""
    return (pid for pid in pam_pid_segments(check) if pid.identity_reliability)


@rule("V2-PID-20", each=dated_reliability, standard="exemples ANS hl7V2-exemples, PAM France")
def reliability_is_dated(pid: Pid, check: Check) -> Iterator[Finding]:
    """PID-33 dates the last update when a PAM source gives PID-32."""
    date = pid.segment.value(33)
    if not (len(date) >= 8 and date[:8].isdecimal()):
        yield Finding(
            at=pid.segment.path(33),
            expected="la date de dernière mise à jour de l'identité (AAAAMMJJ…)",
            found=date[:20] or "vide",
            hint="La date du dernier changement de l'identité est-elle émise avec PID-32 ?",
        )
