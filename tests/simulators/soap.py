"""A client of the tests: builds the requests a conform software sends, and reads answers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

import requests
from lxml import etree

from harness.model.identity import Person
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator

SERVICE = "urn:ServiceIdentiteCertifiee:1.0.0:"
TRAITS = "rechercherInsAvecTraitsIdentite"
CARD = "rechercherInsAvecCarteVitale"
VERIFICATION = "verifierInsAvecTraitsIdentite"
SOAP = "http://www.w3.org/2003/05/soap-envelope"


def envelope(body: str, operation: str = TRAITS, *, header: str | None = None) -> bytes:
    """Return an envelope with the headers of INSI-02 around a body."""
    if header is None:
        header = (
            f"<wsa:Action>{SERVICE}{operation}</wsa:Action>"
            f"<wsa:MessageID>uuid:{uuid.uuid4()}</wsa:MessageID>"
            '<b:ContexteBAM xmlns:b="urn:siram:bam:ctxbam" Version="01_02">'
            f"<b:Id>{uuid.uuid4()}</b:Id><b:Temps>2026-01-05T08:00:00Z</b:Temps>"
            "<b:Emetteur>899700000000</b:Emetteur></b:ContexteBAM>"
            '<l:ContexteLPS xmlns:l="urn:siram:lps:ctxlps" Version="01_00" Nature="CTXLPS">'
            f"<l:Id>{uuid.uuid4()}</l:Id><l:Temps>2026-01-05T08:00:00Z</l:Temps>"
            '<l:Emetteur>899700000000</l:Emetteur><l:LPS><l:IDAM R="4">ESSAI</l:IDAM>'
            f"<l:Version>1.0</l:Version><l:Instance>{uuid.uuid4()}</l:Instance>"
            "<l:Nom>Logiciel d'essai</l:Nom></l:LPS></l:ContexteLPS>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}" '
        'xmlns:wsa="http://www.w3.org/2005/08/addressing">'
        f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _traits(person: Person, given_names: tuple[str, ...], place: str) -> str:
    given = "".join(f"<Prenom>{escape(name)}</Prenom>" for name in given_names)
    located = f"<LieuNaissance>{place}</LieuNaissance>" if place else ""
    return (
        f"<NomNaissance>{escape(person.birth_name)}</NomNaissance>{given}"
        f"<Sexe>{person.sex}</Sexe><DateNaissance>{person.birth_date}</DateNaissance>{located}"
    )


def by_traits(person: Person, *given_names: str, place: str = "") -> bytes:
    """Return a search by traits; the first given name unless others are named."""
    given = given_names or person.birth_given_names[:1]
    body = _traits(person, given, place)
    return envelope(
        f'<RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans">{body}</RECSANSVITALE>'
    )


def by_card(person: Person, serial: str) -> bytes:
    """Return a search by carte Vitale."""
    body = _traits(person, person.birth_given_names[:1], "")
    return envelope(
        '<RECVITALE xmlns="http://www.cnamts.fr/INSiRecVit">'
        f"<NumSerieCarte>{serial}</NumSerieCarte>{body}</RECVITALE>",
        CARD,
    )


def verification(person: Person) -> bytes:
    """Return a unit verification of a person's matricule and traits."""
    listed = " ".join(person.birth_given_names)
    return envelope(
        "<IndividuVerifie><INSFourni><IdIndividu>"
        f"<NumIdentifiant>{person.matricule[:13]}</NumIdentifiant>"
        f"<Cle>{person.matricule[13:]}</Cle></IdIndividu><OID>{person.oid}</OID></INSFourni>"
        f"<TraitsIdentiteIndividu><NomNaissance>{escape(person.birth_name)}</NomNaissance>"
        f"<Prenom>{person.birth_given_names[0]}</Prenom><ListePrenom>{listed}</ListePrenom>"
        f"<Sexe>{person.sex}</Sexe><DateNaissance>{person.birth_date}</DateNaissance>"
        f"<LieuNaissance>{person.birth_place_code}</LieuNaissance>"
        "</TraitsIdentiteIndividu></IndividuVerifie>",
        VERIFICATION,
    )


@dataclass(frozen=True)
class Answered:
    """An HTTP answer and its XML."""

    status: int
    content: bytes

    @property
    def root(self) -> etree._Element:
        """Return the envelope; XMLSyntaxError when it is malformed."""
        return etree.fromstring(self.content)

    def text(self, path: str) -> str:
        """Return the text at a path of local names below the Body, '' when absent."""
        steps = "/".join(f"{{*}}{name}" for name in path.split("/"))
        return self.root.findtext(f"{{{SOAP}}}Body/{steps}") or ""

    @property
    def code(self) -> str:
        """Return the CodeCR."""
        return self.text("RESULTAT/CR/CodeCR")


class Client:
    """A software with a client certificate, over one kept-alive session."""

    def __init__(self, simulator: InsiSimulator, igc: TestIgc) -> None:
        self._url = simulator.url
        self._verify = str(igc.chain)
        self._cert = (str(igc.client_cert), str(igc.client_key))
        self._session = requests.Session()
        self._session.trust_env = False

    def post(
        self,
        body: bytes,
        operation: str = TRAITS,
        *,
        content_type: str | None = None,
        timeout: float = 5.0,
    ) -> Answered:
        """Send bytes under the Content-Type of SOAP 1.2 and return the answer."""
        default = f'application/soap+xml; charset=utf-8; action="{SERVICE}{operation}"'
        response = self._session.post(
            self._url,
            data=body,
            headers={"Content-Type": content_type or default},
            verify=self._verify,
            cert=self._cert,
            timeout=timeout,
        )
        return Answered(response.status_code, response.content)

    def search(self, person: Person, *given_names: str, place: str = "") -> Answered:
        """Search a person by traits."""
        return self.post(by_traits(person, *given_names, place=place))

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
