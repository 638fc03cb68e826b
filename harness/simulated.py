"""The simulators of a run: which ones its target needs, started and stopped together."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.evidence.recorder import Recorder
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator
from harness.simulators.keys import DRAWN, ServiceKeys
from harness.simulators.loop import ServiceLoop
from harness.targets.base import Capability
from harness.targets.target import Simulators, Target

if TYPE_CHECKING:
    from harness.simulators.annuaire import AnnuaireSimulator
    from harness.simulators.mail import MailSimulator
    from harness.simulators.psc import PscSimulator
    from harness.simulators.sms import SmsSimulator

C = Capability
SIMULATED = "simulé"


@dataclass(frozen=True, slots=True)
class Needs:
    """Which simulators a target needs besides INSi."""

    psc: bool = False
    annuaire: bool = False
    mail: bool = False
    sms: bool = False

    @classmethod
    def of(cls, professional_access: bool, capabilities: Collection[str]) -> Needs:
        """Return what the profile and the capabilities call for.

        Pro Santé Connect and the Annuaire are for professionals; codes and links reach everybody.
        """
        signs_in = bool({C.SIGN_IN, C.PEOPLE} & set(capabilities))
        return cls(
            psc=professional_access and C.PSC in capabilities,
            annuaire=professional_access and bool({C.DIRECTORY, C.PEOPLE} & set(capabilities)),
            mail=signs_in or C.ACTIONS in capabilities,
            sms=signs_in,
        )

    @classmethod
    def of_target(cls, target: Target) -> Needs:
        """Return the needs of a target that was read."""
        return cls.of(target.profile.professional_access, target.capabilities)

    @classmethod
    def of_file(cls, target_file: Path) -> Needs:
        """Return the needs of a file whose addresses are not known yet: two tables are read.

        A table that is missing or misshapen needs nothing: reading the file properly will say what
        is wrong with it.
        """
        written = tomllib.loads(target_file.read_text(encoding="utf-8"))
        capabilities = _table(written, "capabilities")
        return cls.of(_table(written, "profile").get("professional_access") is True, capabilities)


EVERYTHING = Needs(psc=True, annuaire=True, mail=True, sms=True)


class Simulated:
    """INSi and, each None when it is not needed, Pro Santé Connect, the Annuaire, mail and SMS."""

    def __init__(
        self,
        loop: ServiceLoop,
        igc: TestIgc,
        recorder: Recorder,
        needs: Needs,
        options: Simulators | None = None,
        keys: ServiceKeys = DRAWN,
    ) -> None:
        """Prepare them for `[simulators]` of a target; without it, loopback and free ports."""
        self._loop, self._igc, self._recorder = loop, igc, recorder
        self._options = options or Simulators()
        self._keys = keys
        self._running = ExitStack()
        host, ports = self._options.bind, self._options.ports
        others = self._options.extra_client_ca
        self.insi = InsiSimulator(loop, igc, recorder, host, ports.insi, others)
        # The heavy libraries of each are imported only for a target that needs it.
        self.psc: PscSimulator | None = self._psc() if needs.psc else None
        self.annuaire: AnnuaireSimulator | None = self._annuaire() if needs.annuaire else None
        self.mail: MailSimulator | None = self._mail() if needs.mail else None
        self.sms: SmsSimulator | None = self._sms() if needs.sms else None

    def start(self) -> Simulated:
        """Start each. Raises `HarnessFault` for a port that is taken: those started are stopped."""
        with ExitStack() as started:
            for one in (self.insi, self.psc, self.annuaire, self.mail, self.sms):
                if one is not None:
                    one.start()
                    started.callback(one.stop)
            self._running = started.pop_all()
        return self

    def stop(self) -> None:
        """Stop each, in the reverse order. May be called twice."""
        self._running.close()

    @property
    def services(self) -> dict[str, str]:
        """Return each service, said simulated, with its address."""
        found = {"INSi": self.insi.url}
        if self.psc:
            found["Pro Santé Connect"] = self.psc.issuer
        if self.annuaire:
            found["Annuaire Santé"] = self.annuaire.url
        if self.mail:
            found["Courriel"] = self.mail.address
        if self.sms:
            found["SMS"] = self.sms.url
        return {name: f"{SIMULATED}, {address}" for name, address in found.items()}

    def _psc(self) -> PscSimulator:
        from harness.simulators.psc import PscSimulator

        place = self._options
        return PscSimulator(
            self._loop,
            self._igc,
            self._recorder,
            place.bind,
            place.ports.psc,
            place.ports.psc_wallet,
            extra_client_ca=place.extra_client_ca,
        )

    def _annuaire(self) -> AnnuaireSimulator:
        from harness.simulators.annuaire import AnnuaireSimulator

        host, port = self._options.bind, self._options.ports.annuaire
        key = self._keys.annuaire
        return AnnuaireSimulator(self._loop, self._igc, self._recorder, host, port, api_key=key)

    def _mail(self) -> MailSimulator:
        from harness.simulators.mail import MailSimulator

        host, port = self._options.bind, self._options.ports.mail
        return MailSimulator(self._loop, self._recorder, host, port, self._igc)

    def _sms(self) -> SmsSimulator:
        from harness.simulators.sms import SmsSimulator

        host, port = self._options.bind, self._options.ports.sms
        return SmsSimulator(self._loop, self._igc, self._recorder, host, port, key=self._keys.sms)


def names_of(needs: Needs) -> tuple[str, ...]:
    """Return the services that would be simulated, as `services` names them."""
    wanted = {
        "Pro Santé Connect": needs.psc,
        "Annuaire Santé": needs.annuaire,
        "Courriel": needs.mail,
        "SMS": needs.sms,
    }
    return ("INSi", *(name for name, needed in wanted.items() if needed))


@dataclass(frozen=True, slots=True)
class Planned:
    """A simulator that a run will start: what to give to the software, and its fixed port.

    `address` is empty when the port is free, hence known at the start only.
    """

    name: str
    address: str
    port_key: str


def planned(options: Simulators, needs: Needs) -> list[Planned]:
    """Return the simulators that `[simulators]` announces, by the addresses they will have."""
    from harness.simulators.annuaire.layout import API_PATH, EXTRACTION_PATH
    from harness.simulators.insi.service import PATH as INSI_PATH
    from harness.simulators.psc.provider import REALM
    from harness.simulators.sms.service import PATH as SMS_PATH

    discovery = f"{REALM}/.well-known/wallet-openid-configuration"
    rows = [("INSi", "insi", f"https://{{}}{INSI_PATH}", True)]
    rows += [("Pro Santé Connect", "psc", f"https://{{}}{discovery}", needs.psc)]
    rows += [("Pro Santé Connect, portefeuille", "psc_wallet", "https://{}/auth", needs.psc)]
    rows += [("Annuaire Santé", "annuaire", f"https://{{}}{API_PATH}", needs.annuaire)]
    rows += [("Annuaire, extraction", "annuaire", f"https://{{}}{EXTRACTION_PATH}", needs.annuaire)]
    rows += [("Courriel", "mail", "{} (SMTP, STARTTLS)", needs.mail)]
    rows += [("SMS", "sms", f"https://{{}}{SMS_PATH}", needs.sms)]
    # The certificate bears the public name, localhost and 127.0.0.1: see `public_names`.
    loopback = options.bind == "127.0.0.1"
    found = []
    for name, port_name, shape, needed in rows:
        port = getattr(options.ports, port_name)
        host = options.bind if loopback else options.public_name
        if loopback and port_name == "psc_wallet":
            host = "localhost"  # the pages stand at another host than the issuer
        address = shape.format(f"{host}:{port}") if port else ""
        if needed:
            found.append(Planned(name, address, f"simulators.ports.{port_name}"))
    return found


def _table(written: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = written.get(name)
    return found if isinstance(found, dict) else {}
