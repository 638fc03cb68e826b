"""Accounts, directory, settings, actions and traces by a person, told in French what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.model.access import ProfessionalReleve
from harness.model.artefact import Artefact
from harness.model.problems import CapabilityMissing
from harness.model.professional import Professional
from harness.targets.access_base import (
    AUDIT_FORMS,
    DirectoryState,
    Extraction,
    Mailbox,
    Mailboxes,
    Opened,
    PatientAccess,
    ProfessionalAccess,
)
from harness.targets.attended import ORIGIN, outcome
from harness.targets.base import Attempt, PatientRef

if TYPE_CHECKING:
    from harness.targets.attended import Terminal

_FIELDS: Mapping[str, str] = {
    "national_id": "identifiant national",
    "exercise_name": "nom d'exercice",
    "exercise_given_name": "prénom d'exercice",
    "profession": "code de profession",
    "speciality": "code de spécialité",
    "category": "code de catégorie professionnelle",
    "login": "identifiant de connexion",
    "email": "courriel",
    "phone": "téléphone",
    "profile": "profil",
    "origin": "origine des données",
    "updated_at": "date de mise à jour depuis l'annuaire",
}
_CHECKS = {"": "sans contrôle de l'identité", "case": "en cochant le contrôle de l'identité"}
_TYPES = {"csv": "text/csv", "syslog": "text/plain", "fhir": "application/fhir+json"}
_MEANS = "Renouvellement (jours) du moyen"


class _Attended:
    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def _tell(self, text: str, values: Mapping[str, str]) -> None:
        self._terminal.say(f"ÉTAPE : {text}")
        for name, value in values.items():
            if value:
                self._terminal.say(f"    {_FIELDS.get(name, name)} : {value}")

    def _outcome(
        self, act: str, sent: dict[str, str], patient: PatientRef | None = None
    ) -> Attempt:
        return outcome(self._terminal, act, sent, patient)

    def _opened(self, act: str, sent: dict[str, str]) -> Opened:
        attempt = self._outcome(act, sent)
        login, key = sent.get("login", ""), ""
        twins: list[str] = []
        if attempt.accepted:
            key = self._terminal.ask("Identifiant interne de la fiche créée :") or login
        else:
            twins = self._terminal.ask(
                "Comptes que le logiciel signale comme doublons (séparés par des blancs, Entrée si "
                "aucun) :"
            ).split()
        return Opened(attempt.accepted, key, login, attempt.releve, duplicates=tuple(twins))

    def _record(self, record_id: str, what: str) -> ProfessionalReleve:
        self._terminal.say(f"ÉTAPE : ouvrez {what} et recopiez (Entrée si absent) :")
        values = {name: self._terminal.ask(f"  {label} :") for name, label in _FIELDS.items()}
        boxes = self._terminal.ask("  adresses MSSanté (séparées par des blancs) :").split()
        local = {}
        while name := self._terminal.ask("  nom d'une donnée locale (Entrée pour finir) :"):
            local[name] = self._terminal.ask(f"  {name} :")
        return ProfessionalReleve(record_id, mailboxes=tuple(boxes), local=local, **values)


class AttendedPeople(_Attended):
    """Offers `People` by a person."""

    def create_professional(self, professional: Professional, access: ProfessionalAccess) -> Opened:
        """Have the person open an account."""
        sent = {"login": access.login, "email": access.email, "phone": access.phone}
        sent |= {"profile": access.profile, **professional.traits()}
        told = {**sent, **access.local, "mot de passe": access.password}
        self._tell("ouvrez le compte de ce professionnel.", told)
        return self._opened("création de compte professionnel", sent)

    def professional(self, record_id: str) -> Artefact:
        """Have the person copy an account."""
        releve = self._record(record_id, f"le compte du professionnel {record_id}")
        return releve.artefact("Compte professionnel (saisi)", ORIGIN)

    def professionals(self) -> Extraction:
        """Have the person hand the extraction of accounts over; its lines are for a reader."""
        path, content = self._terminal.file(
            "ÉTAPE : extrayez la liste des comptes et donnez le chemin du fichier :"
        )
        raw = Artefact(
            "Extraction des comptes", content, "application/octet-stream", f"remis : {path.name}"
        )
        names = self._terminal.ask(
            "Identifiants de connexion qui y sont (séparés par des blancs) :"
        )
        records = tuple(ProfessionalReleve(one, login=one) for one in names.split())
        return Extraction(records, raw)

    def update_professional(self, record_id: str, changes: Mapping[str, str]) -> Attempt:
        """Have the person change an account."""
        self._tell(f"modifiez le compte du professionnel {record_id}.", changes)
        return self._outcome("modification de compte professionnel", dict(changes))

    def refresh_professional(self, record_id: str) -> Attempt:
        """Have the person take an account from the Annuaire again."""
        self._tell(f"mettez à jour depuis l'Annuaire le professionnel {record_id}.", {})
        return self._outcome("mise à jour depuis l'annuaire", {"id": record_id})

    def create_patient_access(self, patient: PatientRef, access: PatientAccess) -> Opened:
        """Have the person open the access of a patient."""
        sent = {"login": access.login, "email": access.email, "phone": access.phone}
        name, check = patient.private_id or patient.id, _checked(access.identity_check)
        told = {"identifiant": access.login, "courriel": access.email, "téléphone": access.phone}
        told |= {"mot de passe": access.password, "second facteur": access.second_factor}
        self._tell(f"ouvrez l'accès du patient {name}, {check}.", told)
        sent["identity_check"] = access.identity_check
        return self._opened("ouverture de compte", sent)

    def change_identity(
        self, account_id: str, changes: Mapping[str, str], identity_check: str = ""
    ) -> Attempt:
        """Have the person change what an account keeps of the identity."""
        check = _checked(identity_check)
        self._tell(f"changez l'identité tenue par le compte {account_id}, {check}.", changes)
        sent = {**changes, "identity_check": identity_check}
        return self._outcome("changement d'attributs d'identité", sent)


class AttendedDirectory(_Attended):
    """Offers `Directory` by a person."""

    def refresh(self, way: str) -> DirectoryState:
        """Have the person load the data again."""
        words = {"api": "par l'API FHIR", "extraction": "par l'extraction"}
        self._tell(f"chargez les données de l'Annuaire {words.get(way, way)}.", {})
        return self._state(self._outcome("données de l'annuaire", {"way": way}))

    def status(self) -> DirectoryState:
        """Have the person say when they were loaded."""
        self._tell("ouvrez la page qui dit quand les données de l'Annuaire ont été prises.", {})
        return self._state(self._outcome("données de l'annuaire", {}))

    def create_correspondent(
        self, national_id: str, local: Mapping[str, str] | None = None
    ) -> Opened:
        """Have the person create a correspondant."""
        sent = {"national_id": national_id}
        self._tell("créez ce correspondant.", {**sent, **(local or {})})
        return self._opened("création de correspondant", sent)

    def correspondent(self, record_id: str) -> Artefact:
        """Have the person copy a correspondant."""
        releve = self._record(record_id, f"la fiche du correspondant {record_id}")
        return releve.artefact("Correspondant (saisi)", ORIGIN)

    def mailboxes(self, name: str) -> Mailboxes:
        """Have the person search addresses."""
        self._tell(f"cherchez les adresses MSSanté de « {name} ».", {})
        found = []
        while address := self._terminal.ask("  adresse trouvée (Entrée pour finir) :"):
            holder = self._terminal.ask("  titulaire :")
            key = self._terminal.ask("  identifiant national du titulaire :")
            found.append(Mailbox(address, holder, key))
        copied = "\n".join(f"{one.address} {one.holder}" for one in found).encode()
        return Mailboxes(tuple(found), Artefact("Adresses (saisies)", copied, "text/plain", ORIGIN))

    def _state(self, attempt: Attempt) -> DirectoryState:
        at = self._terminal.ask("Date des données (AAAA-MM-JJThh:mm, avec le fuseau) :")
        source = self._terminal.ask("Origine affichée (Entrée si aucune) :")
        return DirectoryState(attempt.accepted, at, source, "", attempt.releve)


class AttendedSecurity(_Attended):
    """Offers `Security` by a person."""

    def idle_delay(self, seconds: int) -> Attempt:
        """Have the person set it."""
        return self._set("idle_delay", {"déconnexion après inactivité (s)": str(seconds)})

    def lock_policy(self, tries: int, seconds: int) -> Attempt:
        """Have the person set it."""
        given = {"blocage après échecs": str(tries), "durée de blocage (s)": str(seconds)}
        return self._set("lock_policy", given)

    def renewal_delay(self, means: str, days: int) -> Attempt:
        """Have the person set it."""
        return self._set("renewal_delay", {f"{_MEANS} « {means} »": str(days)})

    def directory_frequency(self, days: int) -> Attempt:
        """Have the person set it."""
        return self._set("directory_frequency", {"mise à jour de l'Annuaire (jours)": str(days)})

    def _set(self, name: str, given: dict[str, str]) -> Attempt:
        self._tell("réglez :", given)
        return self._outcome(f"réglage {name}", given)


class AttendedActions(_Attended):
    """Offers `Actions` by a person who plays one user."""

    def __init__(self, terminal: Terminal, role: str) -> None:
        from harness.targets.target import ROLES

        super().__init__(terminal)
        self._as = ROLES.get(role, "l'utilisateur habituel")

    def note(self, patient: PatientRef, text: str) -> Attempt:
        """Have the person write a note."""
        return self._act("note de visite", "écrivez une note de visite", patient, {"texte": text})

    def document(self, patient: PatientRef, title: str, text: str) -> Attempt:
        """Have the person file a document."""
        given = {"titre": title, "texte": text}
        return self._act("dépôt de document", "déposez un document", patient, given)

    def mailing(self, patient: PatientRef, to: str, subject: str, text: str) -> Attempt:
        """Have the person send a message."""
        given = {"destinataire": to, "objet": subject, "texte": text}
        return self._act("envoi de message", "envoyez un message", patient, given)

    def good_practice(self, key: str) -> Attempt:
        """Have the person read a good practice."""
        self._tell(f"connecté comme {self._as}, consultez la bonne pratique « {key} ».", {})
        return self._outcome("consultation de bonne pratique", {"key": key})

    def _act(self, act: str, text: str, patient: PatientRef, given: dict[str, str]) -> Attempt:
        name = patient.private_id or patient.id
        self._tell(f"connecté comme {self._as}, {text} pour le patient {name}.", given)
        return self._outcome(act, given, patient)


class AttendedAudit(_Attended):
    """Offers `Audit` by a person who hands the exports over."""

    def forms(self) -> tuple[str, ...]:
        """Return every form: the person says which one the software offers."""
        return AUDIT_FORMS

    def take(self, form: str, since: str = "", until: str = "") -> tuple[Artefact, ...]:
        """Have the person export the traces."""
        if not self._terminal.confirm(f"Le logiciel exporte-t-il ses traces en {form} ?"):
            raise CapabilityMissing(f"le logiciel n'exporte pas ses traces en {form}")
        bounds = f" de {since or 'leur début'} à {until or 'maintenant'}"
        path, content = self._terminal.file(
            f"ÉTAPE : exportez les traces ({form}){bounds}, puis donnez le chemin du fichier :"
        )
        media_type = _TYPES.get(form, "application/x-ndjson")
        return (Artefact(f"Traces ({form})", content, media_type, f"remis : {path.name}"),)

    def alter(self, key: str) -> Attempt:
        """Have the person try to change a trace."""
        self._tell(f"comme utilisateur métier, tentez de modifier la trace {key}.", {})
        return self._outcome("modification de trace", {})

    def erase(self, key: str) -> Attempt:
        """Have the person try to remove a trace."""
        self._tell(f"comme utilisateur métier, tentez de supprimer la trace {key}.", {})
        return self._outcome("suppression de trace", {})


def _checked(identity_check: str) -> str:
    return _CHECKS.get(identity_check, f"au vu du justificatif {identity_check}")
