"""A person's browser in front of the wallet, and a relying party's back channel, on loopback."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests

from harness.model.professional import Professional
from harness.simulators.igc import TestIgc
from harness.simulators.psc import PscSimulator
from harness.targets.target_access import PscClient

CALLBACK = "https://127.0.0.1:9/psc/callback"
AFTER_LOGOUT = "https://127.0.0.1:9/psc/retour"
CLIENT = PscClient(
    client_id="dui-essai",
    client_secret="secret du dui & + % essai",
    redirect_uris=(CALLBACK,),
    post_logout_redirect_uris=(AFTER_LOGOUT,),
)
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


class Browser:
    """Follows nothing by itself: a redirection to the client is an answer to read."""

    def __init__(self, igc: TestIgc) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._verify = str(igc.chain)

    def get(self, url: str) -> requests.Response:
        return self._session.get(url, verify=self._verify, allow_redirects=False, timeout=10)

    def press(self, page: requests.Response, button: str, **values: str) -> requests.Response:
        """Submit the form of a button, its hidden controls with it."""
        forms = re.findall(r"<form.*?</form>", page.text, re.DOTALL)
        form = next(one for one in forms if f">{button}</button>" in html.unescape(one))
        hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))
        action = re.search(r'action="([^"]*)"', form)
        assert action
        return self._session.post(
            urljoin(page.url, action[1]),
            data={**hidden, **values},
            verify=self._verify,
            allow_redirects=False,
            timeout=10,
        )

    def identify(
        self, url: str, professional: Professional, means: str = "CPS"
    ) -> requests.Response:
        """Open an authorization address and identify, unless single sign-on did it already.

        Returns the page of consent.
        """
        page = self.get(url)
        assert page.status_code == 200, page.text
        if ">Continuer</button>" in page.text:
            return page
        return self.press(page, "S'identifier", moyen=means, professionnel=professional.national_id)

    def sign_in(self, url: str, professional: Professional, means: str = "CPS") -> str:
        """Identify and consent; returns the address of the callback."""
        answer = self.press(self.identify(url, professional, means), "Continuer")
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def close(self) -> None:
        self._session.close()


class Party:
    """A relying party written by hand, so that each parameter may be wrong."""

    def __init__(self, psc: PscSimulator, igc: TestIgc, client: PscClient = CLIENT) -> None:
        self.psc = psc
        self.client = client
        self._igc = igc
        self._session = requests.Session()
        self._session.trust_env = False

    def authorization(self, **changes: str | None) -> str:
        """Return an authorization address; None takes a parameter away."""
        wanted = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8),
            **changes,
        }
        kept = {name: value for name, value in wanted.items() if value is not None}
        return f"{self.psc.authorization_endpoint}?{urlencode(kept)}"

    def call(
        self,
        endpoint: str,
        *,
        method: str = "POST",
        secret: str | None = None,
        certificate: bool = False,
        headers: dict[str, str] | None = None,
        **form: str,
    ) -> requests.Response:
        """Call an endpoint, by Basic unless `secret` is ''."""
        known = self.client.client_secret if secret is None else secret
        pair = (self.client.client_id, known) if known else None
        own = (str(self._igc.client_cert), str(self._igc.client_key)) if certificate else None
        url = f"{self.psc.issuer}/protocol/openid-connect/{endpoint}"
        return self._session.request(
            method,
            url,
            data=form if method == "POST" else None,
            params=form if method != "POST" else None,
            auth=pair,
            cert=own,
            headers=headers,
            verify=str(self._igc.chain),
            allow_redirects=False,
            timeout=10,
        )

    def redeem(self, callback: str, **changes: Any) -> requests.Response:
        """Exchange the code of a callback for tokens."""
        form = {
            "grant_type": "authorization_code",
            "code": query_of(callback).get("code", ""),
            "redirect_uri": CALLBACK,
            **changes,
        }
        return self.call("token", **form)

    def userinfo(self, access_token: str, *, certificate: bool = False) -> requests.Response:
        return self.call(
            "userinfo",
            method="GET",
            secret="",
            certificate=certificate,
            headers={"Authorization": f"Bearer {access_token}"},
        )

    def close(self) -> None:
        self._session.close()
