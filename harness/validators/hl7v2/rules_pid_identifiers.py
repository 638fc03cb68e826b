"""Rules on patient identifiers and the matricule INS in the PID segment (V2-PID-02 to 09)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.identity import (
    INS_OIDS,
    OID_INS_C,
    PRODUCTION_OIDS,
    UNKNOWN_PLACE,
    shortened,
)
from harness.terminology import code_list
from harness.validators import Check, Finding, Level, rule
from harness.validators.hl7v2.profile import by_french_profile
from harness.validators.hl7v2.reader import Identifier, Message, Pid, messages, pid_segments
from harness.validators.ins.matricule import (
    Matricule,
    is_insee_place,
    is_valid_matricule,
    matricule_key,
    nature_of,
    parse_matricule,
)

AUTHORITIES = "hl7v2_identite_autorites"
PATIENT_TYPES = frozenset({"ADT", "MDM", "ORU"})


def patient_messages(check: Check) -> Iterator[Message]:
    """Yield the message that must name its patient, or that does (an ORM, a SIU…)."""
    for message in messages(check):
        if message.type in PATIENT_TYPES or (message.pids and not message.is_ack):
            yield message


@rule("V2-PID-02", each=patient_messages, standard="IHE ITI TF vol. 4, table PID")
@by_french_profile
def identifiers_are_whole(message: Message, check: Check) -> Iterator[Finding]:
    """Every repetition of PID-3 has a value, an assigning authority and a type."""
    if not message.pids:
        yield Finding(
            at="PID",
            expected="un segment PID",
            found="absent",
            hint="Le message a-t-il été tronqué ?",
        )
    for pid in message.pids:
        if not pid.identifiers:
            yield Finding(
                at=pid.segment.path(3),
                expected="au moins un identifiant du patient",
                found="vide",
                hint="L'identifiant local (IPP) est-il émis avec le type PI ?",
            )
        for one in pid.identifiers:
            yield from _missing_parts(one)


def _missing_parts(one: Identifier) -> Iterator[Finding]:
    parts = (
        (1, "valeur de l'identifiant", bool(one.value)),
        (4, "autorité d'affectation", one.has_authority),
        (5, "type de l'identifiant (PI, INS…)", bool(one.type)),
    )
    for rank, label, present in parts:
        if not present:
            yield Finding(
                at=f"{one.path}.{rank}",
                expected=label,
                found="vide",
                hint="Chaque répétition de PID-3 est-elle émise avec ses composantes 1, 4 et 5 ?",
            )


def ins_carriers(check: Check) -> Iterator[Pid]:
    """Yield the patient segment that carries an INS, or of which `expected["ins"]` demands one."""
    for pid in pid_segments(check):
        if pid.ins_identifiers or check.expected.get("ins"):
            yield pid


@rule(
    "V2-PID-03",
    each=ins_carriers,
    cites=("INS/va1.61", "INS/va1.71"),
    standard="exemples ANS hl7V2-exemples ; OID de FR Core",
    lists=(AUTHORITIES,),
)
def ins_is_well_formed(pid: Pid, check: Check) -> Iterator[Finding]:
    """An INS has the type INS, an authority with an OID of the INS, and 15 characters."""
    if not pid.ins_identifiers:
        yield Finding(
            at=pid.segment.path(3),
            expected="une répétition de type INS : l'identité est qualifiée",
            found="aucune",
            hint="Le matricule et son OID partent-ils avec les traits d'une identité qualifiée ?",
        )
    for one in pid.ins_identifiers:
        yield from _type_and_authority(one)
        yield from _value(one, check)
        if one.start and not (one.start[:8].isdecimal() and len(one.start) >= 8):
            yield Finding(
                at=f"{one.path}.7",
                expected="une date AAAAMMJJ",
                found=one.start[:20],
                hint="La date de début de l'INS est-elle au format HL7 ?",
                level=Level.WARNING,
            )


def _type_and_authority(one: Identifier) -> Iterator[Finding]:
    if one.type != "INS":
        yield Finding(
            at=f"{one.path}.5",
            expected="INS",
            found=one.type or "vide",
            hint="Le type de l'identifiant suit-il l'OID de l'INS ?",
        )
    if one.oid not in INS_OIDS:
        old = " (ancien INS-C calculé)" if one.oid == OID_INS_C else ""
        yield Finding(
            at=f"{one.path}.4",
            expected=f"un OID de l'INS parmi {', '.join(INS_OIDS)}",
            found=(one.oid or "aucun OID") + old,
            hint="L'OID rendu par INSi a-t-il été conservé tel quel ?",
        )
    if one.oid_type != "ISO" or not one.authority:
        yield Finding(
            at=f"{one.path}.4",
            expected="une autorité nom&OID&ISO",
            found="&".join((one.authority, one.oid, one.oid_type)),
            hint="Les trois sous-composantes de CX.4 sont-elles émises ?",
        )
    usual = code_list(AUTHORITIES)["noms"].get(one.oid)
    if usual and one.authority and one.authority != usual:
        yield Finding(
            at=f"{one.path}.4.1",
            expected=f"{usual}, nom vu avec cet OID",
            found=one.authority[:40],
            hint="Le nom de l'autorité suit-il l'OID ?",
            level=Level.WARNING,
        )


def _value(one: Identifier, check: Check) -> Iterator[Finding]:
    raw = one.raw_value
    if len(raw) != 15 or parse_matricule(raw) is None:
        blank = ", avec une espace" if " " in raw else ""
        yield Finding(
            at=f"{one.path}.1",
            expected="15 caractères sans espace : 13 puis la clé (2A ou 2B pour la Corse)",
            found=f"{one.shortened} ({len(raw)} caractères{blank})",
            hint="La clé est-elle jointe aux 13 premiers caractères, sans mise en forme ?",
        )
    wanted = check.expected.get("traits", {}).get("matricule", "")
    if check.expected.get("ins") and wanted and not one.end and raw != wanted:
        # A wrong key of the right matricule is for V2-PID-05 alone.
        if parse_matricule(raw) is None or raw[:13] == wanted[:13]:
            return
        yield Finding(
            at=f"{one.path}.1",
            expected=f"le matricule de cette personne ({shortened(wanted)})",
            found=one.shortened,
            hint="Le matricule émis vient-il de la fiche du bon patient ?",
        )


def ins_identifiers(check: Check) -> Iterator[Identifier]:
    """Yield every INS of the patient segments."""
    for pid in pid_segments(check):
        yield from pid.ins_identifiers


@rule("V2-PID-04", each=ins_identifiers, level=Level.WARNING, standard="OID de l'INS, FR Core")
def oid_suits_the_environment(one: Identifier, check: Check) -> Iterator[Finding]:
    """The OID tells a test matricule from a real one, and suits the environment of the run."""
    production = check.settings.environment == "production"
    if one.oid in PRODUCTION_OIDS and not production:
        yield Finding(
            at=f"{one.path}.4",
            expected="un OID de test ou de démonstration dans un essai",
            found=f"{one.oid} ({nature_of(one.oid)} réel)",
            hint="S'agit-il d'une vraie personne ? Refaites l'essai avec une identité fictive.",
        )
    elif production and one.oid in INS_OIDS and one.oid not in PRODUCTION_OIDS:
        yield Finding(
            at=f"{one.path}.4",
            expected="un OID réel en production",
            found=f"{one.oid} ({nature_of(one.oid)})",
            hint="Un matricule de test a-t-il été laissé dans la base de production ?",
        )


def shaped_ins(check: Check) -> Iterator[Identifier]:
    """Yield every INS whose value has the shape of a matricule."""
    return (one for one in ins_identifiers(check) if parse_matricule(one.raw_value) is not None)


@rule(
    "V2-PID-05",
    each=shaped_ins,
    cites=("INS/va1.61", "INS/va1.71"),
    standard="clé du matricule : 97 moins le reste par 97",
)
def matricule_key_is_right(one: Identifier, check: Check) -> Iterator[Finding]:
    """The last two digits of the matricule are the key of the first thirteen characters."""
    if not is_valid_matricule(one.value):
        yield Finding(
            at=one.path,
            expected=f"la clé {matricule_key(one.value[:13])} pour ces 13 caractères",
            found=f"{one.shortened} (clé {one.value[13:]})",
            hint="Un chiffre a-t-il été mal saisi, ou 2A et 2B comptés autrement que 19 et 18 ?",
        )


def shaped_ins_of_pid(check: Check) -> Iterator[tuple[Pid, Identifier, Matricule]]:
    """Yield every live INS of the shape, with its patient segment and its parts."""
    for pid in pid_segments(check):
        for one in pid.ins_identifiers:
            parts = parse_matricule(one.value)
            if parts is not None and not one.end:
                yield pid, one, parts


@rule("V2-PID-06", each=shaped_ins_of_pid, level=Level.WARNING, standard="structure du NIR (INSEE)")
def matricule_agrees_with_birth(
    subject: tuple[Pid, Identifier, Matricule], check: Check
) -> Iterator[Finding]:
    """The month of the matricule is a known one; year, month and place resemble the traits."""
    pid, one, parts = subject
    if not parts.month_is_known_form:
        yield Finding(
            at=f"{one.path}.1",
            expected="un mois 01 à 12, ou fictif : 20, 30 à 42, 50 à 99",
            found=f"mois {parts.month} dans {one.shortened}",
            hint="Le matricule a-t-il été altéré ?",
        )
    birth = pid.segment.value(7)
    dated = len(birth) >= 8 and birth.isdecimal() and parts.real_month is not None
    if dated and (parts.year, parts.month) != (birth[2:4], birth[4:6]):
        yield Finding(
            at="PID-7",
            expected=f"le plus souvent l'année et le mois du matricule"
            f" (…{parts.year}, {parts.month})",
            found=f"{birth[:4]}-{birth[4:6]}",
            hint="Ce matricule est-il bien celui de cette personne ?",
        )
    codes = (place.value(9) for place in pid.birth_places)
    places = [code for code in codes if is_insee_place(code) and code != UNKNOWN_PLACE]
    if places and parts.place not in places:
        yield Finding(
            at="PID-11",
            expected=f"le plus souvent le lieu du matricule ({parts.place})",
            found=f"lieu de naissance {places[0][:10]}",
            hint="Ce matricule est-il bien celui de cette personne ?",
        )


@rule("V2-PID-07", each=shaped_ins_of_pid, level=Level.WARNING, standard="structure du NIR (INSEE)")
def matricule_agrees_with_sex(
    subject: tuple[Pid, Identifier, Matricule], check: Check
) -> Iterator[Finding]:
    """The first digit of the matricule is 1 or 2 (7 or 8 while provisional), as PID-8 says."""
    pid, one, parts = subject
    sex = pid.segment.value(8)
    if not parts.sex_letter:
        yield Finding(
            at=f"{one.path}.1",
            expected="un premier chiffre 1 ou 2 (7 ou 8 pour un numéro provisoire)",
            found=f"{parts.sex} dans {one.shortened}",
            hint="Le matricule a-t-il été altéré ?",
        )
    elif sex in {"M", "F"} and sex != parts.sex_letter:
        yield Finding(
            at="PID-8",
            expected=f"le plus souvent {parts.sex_letter}, d'après le matricule",
            found=sex,
            hint="Un changement d'état civil explique-t-il l'écart ?",
        )


@rule(
    "V2-PID-08",
    each=pid_segments,
    cites=("INS/va1.61", "INS/va1.71"),
    standard="FR Core, fr-core-2",
)
def one_live_ins_per_patient(pid: Pid, check: Check) -> Iterator[Finding]:
    """A patient has one live INS at most; former ones bear an end date."""
    today = check.captured_at.strftime("%Y%m%d")
    live = [one for one in pid.ins_identifiers if not one.end or one.end[:8] > today]
    for extra in live[1:]:
        yield Finding(
            at=extra.path,
            expected="un seul INS en vigueur ; une date de fin (CX.8) pour les anciens",
            found=f"{extra.shortened} ({nature_of(extra.oid) or extra.oid}) en plus de "
            f"{live[0].shortened} ({nature_of(live[0].oid) or live[0].oid})",
            hint="Le NIA a-t-il été clos quand le NIR est arrivé ?",
        )


@rule(
    "V2-PID-09",
    each=pid_segments,
    cites=("INS/va1.53", "INS/va1.59", "INS 34"),
    overlaps=("V2-PID-19",),
)
def matricule_travels_only_when_validated(pid: Pid, check: Check) -> Iterator[Finding]:
    """A matricule INS may sit in PID-3 only once PID-32 marks the identity as validated."""
    if "VALI" in pid.identity_reliability:
        return
    for one in pid.ins_identifiers:
        yield Finding(
            at=one.path,
            expected="aucun matricule INS tant que PID-32 ne contient pas VALI",
            found=f"{one.shortened} avec PID-32 = {pid.reliability_text}",
            hint="La pièce d'identité a-t-elle été contrôlée avant l'émission ?",
        )
