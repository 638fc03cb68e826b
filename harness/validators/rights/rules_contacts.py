"""Rules on e-mail addresses and phones: verified before they serve (IEPS 2, IEU 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.access import ContactReleve
from harness.model.access_cases import Act
from harness.model.releve import AttemptReleve
from harness.validators import Check, Finding, rule
from harness.validators.rights import access_reader as reader

CITES = ("IEPS 2", "IEU 3", "SSI/IE.31")


@dataclass(frozen=True, slots=True)
class Verification:
    """What a contact received, then a wrong code and the right one as they were answered."""

    contact: ContactReleve
    wrong: AttemptReleve | None
    right: AttemptReleve | None


def verifications(check: Check) -> Iterator[Verification]:
    """Yield a verification that was asked for (`act`: `confirmation d'un contact`)."""
    contact = reader.releve(check, ContactReleve, "contact")
    if contact is None or check.expected.get("act") != Act.CONTACT:
        return
    wrong = reader.releve(check, AttemptReleve, "attempt")
    right = reader.releve(check, AttemptReleve, "control")
    if not contact.count or (wrong is not None and right is not None):
        yield Verification(contact, wrong, right)


@rule("AUT-24", cites=CITES, each=verifications)
def contact_is_verified(one: Verification, check: Check) -> Iterator[Finding]:
    """A contact is verified: a message reaches it, a wrong code is refused, the right accepted."""
    at = f"{one.contact.channel} à vérifier"
    if not one.contact.count:
        yield Finding(
            at, "un message", "rien n'est arrivé", "Le message part-il par ce canal, sans délai ?"
        )
        return
    if not (one.contact.has_code or one.contact.has_link):
        hint = "Comment l'utilisateur prouve-t-il qu'il lit ce qui y arrive ?"
        yield Finding(at, "un code ou un lien dans le message", "ni code ni lien", hint)
    if one.wrong is not None:
        hint = "Le code saisi est-il comparé à celui qui a été envoyé ?"
        yield from reader.must_be_refused(one.wrong, f"{at} : code faux", hint)
    if one.right is not None and not one.right.accepted:
        yield Finding(
            f"{at} : code reçu",
            "accepté",
            f"refusé ({one.right.message or one.right.code or 'sans motif'})",
            "Le code envoyé est-il celui qui est attendu ?",
        )


@dataclass(frozen=True, slots=True)
class Silence:
    """What a contact that was never verified received, when a verified one received its own."""

    unverified: ContactReleve


def silences(check: Check) -> Iterator[Silence]:
    """Yield an unverified contact when something was sent: to it, or to its `control`.

    When nothing was sent to anybody, the silence proves nothing.
    """
    contact = reader.releve(check, ContactReleve, "contact")
    control = reader.releve(check, ContactReleve, "control")
    if contact is not None and control is not None and (control.count or contact.count):
        yield Silence(contact)


@rule("AUT-25", cites=CITES, each=silences)
def unverified_contact_serves_for_nothing(silence: Silence, check: Check) -> Iterator[Finding]:
    """A contact that was not verified serves neither to sign in nor to recover an access."""
    contact = silence.unverified
    if contact.count:
        carried = [
            w for w, has in (("un code", contact.has_code), ("un lien", contact.has_link)) if has
        ]
        yield Finding(
            f"{contact.channel} non vérifié",
            "aucun message de connexion ni de récupération",
            f"{contact.count} message(s), {' et '.join(carried) or 'sans code ni lien'}",
            "Un contact ne sert-il qu'une fois vérifié ?",
        )
