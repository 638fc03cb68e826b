"""Secrets become placeholders that keep equality; what is no secret is left as it is."""

from __future__ import annotations

import base64
import json

import pytest

from harness.evidence.redaction import SECRET_PARAMETERS, Redactor


def jwt(name: str) -> str:
    parts = [{"alg": "RS256", "kid": "k"}, {"sub": name, "exp": 1}]
    texts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in parts]
    return b".".join([*texts, b"c2lnbmF0dXJl-_Q"]).decode()


ACCESS, ID = jwt("acces"), jwt("identite")
OPAQUE = "8xLOxBtZp8_-abc.DEF~ghi"


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.parametrize(
    "text",
    [
        f"GET /userinfo HTTP/1.1\r\nAuthorization: Bearer {ACCESS}\r\n\r\n",
        f"GET /userinfo HTTP/1.1\r\nauthorization: bearer {ACCESS}\r\n\r\n",
        f'{{"access_token": "{ACCESS}", "expires_in": 120}}',
        f"subject_token={ACCESS}&audience=api",
        f"token={ACCESS}",
        f"Location: https://psc/logout?id_token_hint={ACCESS}&state=s",
        f"https://a/login?next=https%3A%2F%2Fb%2F%3Fid_token_hint%3D{ACCESS}%26state%3Ds",
        f'{{"url": "https://psc/logout?id_token_hint={ACCESS}"}}',
        f"du texte avec {ACCESS}, puis la suite",
        f"{ACCESS[: ACCESS.rindex('.') + 1]}",
    ],
)
def test_a_token_is_hidden_wherever_it_stands(redactor: Redactor, text: str) -> None:
    clean = redactor.clean_text(text)
    assert ACCESS[:60] not in clean
    assert "«secret jeton " in clean


def test_a_token_has_one_placeholder_everywhere(redactor: Redactor) -> None:
    mark = redactor.fingerprint(ACCESS, SECRET_PARAMETERS["access_token"])
    for text in (
        f"Authorization: Bearer {ACCESS}",
        f'{{"access_token":"{ACCESS}"}}',
        f"grant_type=x&subject_token={ACCESS}",
    ):
        assert mark in redactor.clean_text(text)
    assert mark not in redactor.clean_text(f'{{"id_token":"{ID}"}}')
    assert mark != Redactor().fingerprint(ACCESS, "jeton")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("refresh_token", "grant_type=refresh_token&refresh_token={}"),
        ("refresh_token", '{{"refresh_token" : "{}"}}'),
        ("refresh_token", '"body": "{{\\"refresh_token\\": \\"{}\\"}}"'),
        ("client_secret", "client_id=a&client_secret={}&scope=openid"),
        ("code_verifier", "code_verifier={}"),
        ("code", "grant_type=authorization_code&code={}&redirect_uri=https%3A%2F%2Fa"),
        ("code", "Location: https://a/psc/callback?code={}&state=s\r\n"),
        ("code", "GET /psc/callback?state=s&code={} HTTP/1.1\r\n"),
        ("code", '<a href="https://a/psc/callback?state=s&amp;code={}">suite</a>'),
        ("code", "next=https%3A%2F%2Fa%2Fcb%3Fcode%3D{}%26state%3Ds"),
        ("token", "POST /protocol/token/introspect HTTP/1.1\r\n\r\ntoken={}"),
        ("auth_req_id", "grant_type=urn%3Aciba&auth_req_id={}"),
    ],
)
def test_an_oauth_parameter_is_hidden_under_its_kind(
    redactor: Redactor, name: str, text: str
) -> None:
    clean = redactor.clean_text(text.format(OPAQUE))
    assert OPAQUE not in clean
    assert redactor.fingerprint(OPAQUE, SECRET_PARAMETERS[name]) in clean
    assert clean.count("«secret") == 1


def test_an_encoded_secret_has_the_placeholder_of_the_secret(redactor: Redactor) -> None:
    clean = redactor.clean_text("client_id=a&client_secret=un+secret%26%C3%A9&grant_type=x")
    assert redactor.fingerprint("un secret&é", "secret-client") in clean
    assert clean.endswith("&grant_type=x")


@pytest.mark.parametrize(
    "text",
    [
        "GET /fhir/Observation?code=http://loinc.org|8310-5&_count=10 HTTP/1.1\r\nHost: a\r\n\r\n",
        '{"resourceType": "Observation", "code": {"coding": [{"code": "8310-5"}]}}',
        '<code code="11488-4" codeSystem="2.16.840.1.113883.6.1"/>',
        "POST /login/second-facteur HTTP/1.1\r\nHost: a?state=x\r\n\r\nautrecode=12",
        '{"token_endpoint": "https://psc/token", "token_type": "Bearer", "code": "00"}',
        "grant_type=authorization_code&client_id=dui",
        "https://psc/auth?response_type=code&state=s&nonce=n&code_challenge=c",
        "state=etat&nonce=alea&session_state=sid",
        "eyJ court, et eyJhbGciOiJSUzI1NiJ9 seul",
        "token=csrf-de-la-page&name=a",
    ],
)
def test_what_is_no_secret_stays(redactor: Redactor, text: str) -> None:
    assert redactor.clean_text(text) == text


def test_what_is_clean_stays_as_it_is(redactor: Redactor) -> None:
    text = (
        f"POST /token HTTP/1.1\r\nAuthorization: Basic YTpi\r\nCookie: a=b\r\n\r\n"
        f"grant_type=authorization_code&code={OPAQUE}&code_verifier=v&id_token={ID}"
    )
    once = redactor.clean_text(text)
    assert redactor.clean_text(once) == once
    quoted = json.dumps({"access_token": redactor.fingerprint(OPAQUE, "jeton")}, ensure_ascii=False)
    assert redactor.clean_text(quoted) == quoted


@pytest.mark.parametrize("name", SECRET_PARAMETERS)
def test_every_secret_parameter_is_hidden_in_a_form(redactor: Redactor, name: str) -> None:
    clean = redactor.clean_text(f"{name}={OPAQUE}&state=s")
    assert clean == f"{name}={redactor.fingerprint(OPAQUE, SECRET_PARAMETERS[name])}&state=s"


def test_nothing_is_registered_for_a_token(redactor: Redactor) -> None:
    for number in range(50):
        redactor.clean_text(f'{{"access_token": "{jwt(str(number))}"}}')
    assert repr(redactor) == "Redactor(0 secrets)"


def test_a_short_secret_cannot_be_registered(redactor: Redactor) -> None:
    with pytest.raises(ValueError, match="trop court"):
        redactor.hide("abc", "code")


def test_a_large_text_without_spaces_is_read_once(redactor: Redactor) -> None:
    # A quadratic pattern would take minutes here.
    large = "code=x&" * 40_000 + "token=" + "A" * 1_000_000
    assert redactor.clean_text(large) == large
    assert "code=x&" not in redactor.clean_text(f"{large}&state=s")
    hidden = "client_secret=" + "B" * 2_000_000
    assert len(redactor.clean_text(hidden)) < 100


@pytest.mark.parametrize(
    "page",
    [
        "<dt>Codes de secours</dt>\n<dd>UW8H-LD9Y 6HCM-DH5T</dd></dl>",
        "<dt>Codes de secours :</dt><dd>UW8H-LD9Y</dd><dd>6HCM-DH5T</dd><dt>Autre</dt>",
        "<tr><th>Codes de secours</th><td><code>UW8H-LD9Y</code> <code>6HCM-DH5T</code></td></tr>",
        '<label for="c">Codes de secours</label> <input id="c" value="UW8H-LD9Y">',
        "<h2>Codes de secours</h2><ul><li>UW8H-LD9Y</li><li>6HCM-DH5T</li></ul><p>Suite</p>",
    ],
)
def test_what_a_page_shows_beside_a_label_is_hidden(page: str) -> None:
    redactor = Redactor()
    redactor.hide_beside("Codes de secours")
    told = f"<title>Codes de secours</title><h1>Compte</h1>{page}<p>Gardez-les.</p>"
    cleaned = redactor.clean(told.encode()).decode()
    assert "UW8H" not in cleaned and "6HCM" not in cleaned and "«secret clé" in cleaned
    assert "<h1>Compte</h1>" in cleaned and "Gardez-les." in cleaned
    assert redactor.clean(cleaned.encode()).decode() == cleaned


def test_a_label_with_an_apostrophe_is_known_as_a_page_writes_it() -> None:
    redactor = Redactor()
    redactor.hide_beside("Clé de l'application")
    page = "<dt>Clé de l&#39;application</dt><dd>JBSW Y3DP</dd></dl>"
    assert "JBSW" not in redactor.clean(page.encode()).decode()


def test_what_is_veiled_is_hidden_for_a_time() -> None:
    redactor = Redactor()
    with redactor.veil({"271828": "code", "ab": "code"}):
        assert b"271828" not in redactor.clean(b"code 271828")
        assert redactor.clean(b"ab") == b"ab"
        redactor.hide("pour de bon", "mot-de-passe")
    assert redactor.clean(b"code 271828") == b"code 271828"
    assert b"pour de bon" not in redactor.clean(b"pour de bon")
