"""Means of identification of an account: which are in use, and their revocation (IEPS 7, IEU 6)."""

from __future__ import annotations

from demo_dui import faults
from demo_dui.accounts import Accounts
from demo_dui.links import ACTIVATION, RECOVERY
from demo_dui.people import Person
from demo_dui.sessions import MAIL, MEANS, PASSWORD, PSC, SMS, TOTP
from demo_dui.store import Store

LABELS = {
    PASSWORD: "Mot de passe",
    TOTP: "Application d'authentification (TOTP)",
    MAIL: "Code par courriel",
    SMS: "Code par SMS",
    PSC: "Pro Santé Connect",
}


def in_use(accounts: Accounts, person: Person) -> list[str]:
    """The means that open an account today, in the order of `MEANS`."""
    professional = accounts.people.professionals.of_login(person.login)
    has = {
        PASSWORD: bool(person.password) or person.is_of_the_site,
        PSC: professional is not None and bool(professional.national_id),
        person.factor: True,
    }
    may_use = accounts.people.may_use
    return [means for means in MEANS if has.get(means) and may_use(person.login, means)]


def shown(accounts: Accounts, person: Person) -> str:
    """The means in use, in French."""
    return ", ".join(LABELS[means] for means in in_use(accounts, person)) or "aucun"


def revoke(accounts: Accounts, store: Store, person: Person, means: tuple[str, ...]) -> None:
    """Revoke means: they open nothing any more, the sessions that they opened end.

    All of `MEANS` withdraws the access: only a new activation, asked by a professional, gives it
    back.
    """
    revoked = tuple(dict.fromkeys((*person.revoked, *means)))
    accounts.people.change_of(person, revoked=revoked)
    accounts.links.cancel(person.login, RECOVERY)
    if set(means) == set(MEANS):
        accounts.links.cancel(person.login, ACTIVATION)
    if not faults.active("revocation-sessions-vivantes"):
        for one in means:
            accounts.sessions.close_those_of(person.login, one)
    words = "tous les moyens" if set(means) == set(MEANS) else ", ".join(means)
    store.log(person.login, "révocation", None, "ok", f"{person.login}, {words}")
