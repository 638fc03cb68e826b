"""Pages of the wallet: HTML without script, in French."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from harness.simulators.psc.grants import MEANS
from harness.simulators.psc.people import Account
from harness.simulators.psc.wire import NO_STORE, Reply

IDENTIFY, CONSENT = "/auth/identification", "/auth/consentement"
CONTINUE, REFUSE = "continuer", "refuser"
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # No form-action: browsers would apply it to the redirection back to the client.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    **NO_STORE,
}
_LABELS = {"CPS": "Carte CPS", "e-CPS": "Application e-CPS"}
_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;color:#1b1b35}"
    "fieldset{border:1px solid #6a6a8a;margin:0 0 1rem}select{font:inherit;max-width:100%}"
    "button{font:inherit;padding:.5rem 1rem;margin:0 .5rem .5rem 0}"
    "[role=alert]{border-left:.25rem solid #b00020;padding:.25rem .75rem}"
)


def identification(
    request_id: str, client_id: str, accounts: Iterable[Account], alert: str = ""
) -> Reply:
    """Ask by which means, and who: controls `moyen` and `professionnel`."""
    means = "".join(
        f'<label><input type="radio" name="moyen" value="{one}" required'
        f"{' checked' if one == MEANS[0] else ''}> {_LABELS[one]}</label><br>"
        for one in MEANS
    )
    people = "".join(
        f'<option value="{escape(one.subject_name_id)}">{escape(_named(one))}</option>'
        for one in accounts
    )
    body = (
        f"<h1>S'identifier avec Pro Santé Connect</h1>{_alert(alert)}"
        f"<p>Pour accéder à « {escape(client_id)} » (simulateur, professionnels fictifs).</p>"
        f'<form method="post" action="{IDENTIFY}">{_hidden("demande", request_id)}'
        f"<fieldset><legend>Moyen d'identification</legend>{means}</fieldset>"
        '<p><label for="professionnel">Professionnel</label> '
        f'<select id="professionnel" name="professionnel" required>{people}</select></p>'
        '<button type="submit">S\'identifier</button></form>'
    )
    return _page("S'identifier avec Pro Santé Connect", body, 400 if alert else 200)


def consent(request_id: str, client_id: str, account: Account) -> Reply:
    """Ask whether the client may know who signs in: « Continuer » or « Refuser »."""
    forms = "".join(
        f'<form method="post" action="{CONSENT}">{_hidden("demande", request_id)}'
        f'{_hidden("decision", decision)}<button type="submit">{label}</button></form>'
        for decision, label in ((CONTINUE, "Continuer"), (REFUSE, "Refuser"))
    )
    body = (
        "<h1>Transmettre votre identité</h1>"
        f"<p>{escape(_named(account))}, acceptez-vous que « {escape(client_id)} » reçoive votre "
        f"identité et vos situations d'exercice ?</p>{forms}"
    )
    return _page("Transmettre votre identité", body)


def problem(title: str, message: str, status: int = 400) -> Reply:
    """Say why the provider cannot go on, without sending anything to the client."""
    return _page(title, f"<h1>{escape(title)}</h1>{_alert(message)}", status)


def signed_out() -> Reply:
    """Say that the session is over, when the client gave no address to go back to."""
    body = '<h1>Déconnexion</h1><p role="status">Votre session Pro Santé Connect est terminée.</p>'
    return _page("Déconnexion", body)


def _named(account: Account) -> str:
    one = account.professional
    return (
        f"{one.exercise_given_name} {one.exercise_name}, {one.profession_label} "
        f"({account.subject_name_id})"
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _alert(message: str) -> str:
    return f'<p role="alert">{escape(message)}</p>' if message else ""


def _page(title: str, body: str, status: int = 200) -> Reply:
    text = (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}'
        '</title><meta name="viewport" content="width=device-width"><style>'
        f"{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return Reply(status, HEADERS, text.encode())
