"""Actions on identities and accounts: the one place where the business rules are applied."""

from __future__ import annotations

from dataclasses import dataclass, replace

from demo_dui import faults, insi_decision, pam_out
from demo_dui.identity import STRICT_TRAITS, Draft, Identity, Traits, with_wrong_key
from demo_dui.insi_client import InsiClient, InsiUnavailableError
from demo_dui.insi_messages import Answer
from demo_dui.mllp import MllpClient
from demo_dui.naming import LABELS, Refusal, RefusedError, completed, refusals
from demo_dui.status import WITH_INS, Status, after_check, at_creation, without_ins
from demo_dui.store import Account, InsiAnswer, StatusChange, Store, new_identity, now

HIGH_TRUST_DOCUMENTS = {
    "CN": "Carte nationale d'identité",
    "PA": "Passeport",
    "CS": "Carte de séjour",
    "TS": "Titre de séjour",
    "AN": "Acte de naissance",
    "LE": "Livret de famille",
}
ATTRIBUTES = ("homonyme", "douteuse", "fictive")
# Fault that loses a field at creation.
_LOST_BY_FAULT = {
    "perd-nom-naissance": "birth_name",
    "perd-premier-prenom": "first_birth_given_name",
    "perd-liste-prenoms": "birth_given_names",
    "perd-date-naissance": "birth_date",
    "perd-sexe": "sex",
    "perd-lieu-naissance": "birth_place_code",
    "perd-nom-utilise": "used_name",
    "perd-prenom-utilise": "used_given_name",
}


@dataclass(frozen=True, slots=True)
class InsiOutcome:
    """End of an INSi call: code (None without answer), outcome word, French message, identity."""

    code: str | None
    outcome: str
    message: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class Diffusion:
    """End of a diffusion: MSH-10 sent, and MSA-1 received (None without acknowledgement)."""

    control_id: str
    ack: str | None


class Dui:
    """The software: a store, a role, and the two peers it may call."""

    def __init__(
        self, store: Store, role: str, insi: InsiClient | None, partner: MllpClient | None
    ) -> None:
        self.store = store
        self.role = role
        self._insi = insi
        self._partner = partner

    def sends_to(self, partner: MllpClient | None) -> None:
        """Change the partner to which identities are sent."""
        self._partner = partner

    # Identities

    def identity(self, patient_id: str) -> Identity | None:
        """Identity of this id, or None."""
        return self.store.find(patient_id)

    def create(self, draft: Draft, by: str) -> Identity:
        """Record a new identity; RefusedError says why it cannot be."""
        if self.role == "esclave":
            text = (
                "Création refusée : ce logiciel est esclave de l'identité, les patients viennent "
                "de la GAP par le flux IHE PAM."
            )
            raise RefusedError(Refusal("", text), forbidden=True)
        traits = completed(draft.traits)
        found = refusals(traits)
        if draft.private_id and self.store.find_by_private_id(draft.private_id):
            text = f"Identifiant local « {draft.private_id} » : déjà donné à un autre patient."
            found.append(Refusal("private_id", text))
        if found:
            self.store.log(by, "création d'identité", None, "refus", found[0].message)
            raise RefusedError(*found)
        kept = replace(draft, traits=_as_kept(traits))
        identity = self.store.add(new_identity(kept, at_creation()))
        self.store.log(by, "création d'identité", identity.id)
        return identity

    def change(self, identity: Identity, draft: Draft, by: str, super_user: bool) -> Identity:
        """Record changed traits; strict traits of an identity with INS need a super-user (R26)."""
        traits = completed(draft.traits)
        found = refusals(traits)
        strict = [f for f in STRICT_TRAITS if getattr(traits, f) != getattr(identity.traits, f)]
        if strict and identity.status in WITH_INS and not super_user:
            found += [Refusal(field, _locked(field, identity)) for field in strict]
        if found:
            self.store.log(by, "modification d'identité", identity.id, "refus", found[0].message)
            raise RefusedError(*found)
        changed = replace(identity, traits=traits, nss=draft.nss or identity.nss)
        if draft.private_id and draft.private_id != identity.private_id:
            former = identity.private_id
            changed = replace(changed, private_id=draft.private_id, former_private_id=former)
        if strict and identity.status in WITH_INS:
            changed = without_matricule(changed, without_ins(identity.status))
        saved = self.record(identity, changed, by, "modification d'un trait strict")
        detail = ", ".join(LABELS[field] for field in strict) or "traits complémentaires"
        self.store.log(by, "modification d'identité", identity.id, detail=detail)
        return saved

    def record(self, before: Identity, after: Identity, by: str, reason: str) -> Identity:
        """Save an identity and historise its change of status, if any (règle 21)."""
        saved = self.store.save(after)
        if before.status is not after.status and not faults.active("historique-absent"):
            old = after.status if faults.active("historique-ancien-faux") else before.status
            author = "" if faults.active("historique-sans-auteur") else by
            at = "" if faults.active("historique-sans-date") else now()
            change = StatusChange(at, author, str(old), str(after.status), reason)
            self.store.add_status_change(saved, change)
        return saved

    def verify(self, identity: Identity, document: str, by: str) -> Identity:
        """Record the check of a high-trust document (règles 19 and 20)."""
        refusal = ""
        if document not in HIGH_TRUST_DOCUMENTS:
            trusted = ", ".join(
                f"{code} ({HIGH_TRUST_DOCUMENTS[code]})" for code in HIGH_TRUST_DOCUMENTS
            )
            refusal = (
                f"Validation refusée : la pièce « {document[:20]} » n'est pas à haut niveau de "
                f"confiance. Attendu : {trusted}."
            )
        for attribute in ("douteuse", "fictive"):
            if attribute in identity.attributes:
                refusal = f"Validation refusée : l'identité porte l'attribut « {attribute} »."
        if refusal:
            self.store.log(by, "contrôle de la pièce d'identité", identity.id, "refus", refusal)
            raise RefusedError(Refusal("document", refusal))
        status = after_check(identity.status)
        checked = replace(identity, status=status, document=document, document_on=now()[:10])
        saved = self.record(identity, checked, by, f"pièce d'identité contrôlée ({document})")
        self.store.log(by, "contrôle de la pièce d'identité", identity.id, detail=document)
        return saved

    def mark(self, identity: Identity, wanted: dict[str, bool], by: str) -> Identity:
        """Set or remove attributes; douteuse and fictive lead back to provisoire (règle 25)."""
        kept = tuple(n for n in ATTRIBUTES if wanted.get(n, n in identity.attributes))
        if "fictive" in kept and len(kept) > 1:
            text = (
                "Attributs refusés : « fictive » ne s'ajoute à aucun autre attribut ; "
                "seuls « homonyme » et « douteuse » vont ensemble."
            )
            raise RefusedError(Refusal("attributes", text))
        marked = replace(identity, attributes=kept)
        if "douteuse" in kept or "fictive" in kept:
            marked = without_matricule(marked, Status.PROVISOIRE)
        reason = f"attribut {', '.join(kept) or 'retiré'}"
        saved = self.record(identity, marked, by, reason)
        self.store.log(by, "attributs de l'identité", identity.id, detail=", ".join(kept))
        return saved

    # INSi

    async def call_insi(
        self, identity: Identity, mode: str, by: str, card: str | None = None
    ) -> InsiOutcome:
        """Ask INSi for the INS of a person and take the answer when it may be taken."""
        refusal = insi_decision.call_refusal(identity)
        if not refusal and self._insi is None:
            refusal = "Appel INSi impossible : aucune adresse INSi n'est configurée (--insi-url)."
        if refusal:
            self.store.log(by, f"appel INSi ({mode})", identity.id, "refus", refusal)
            return InsiOutcome(None, "refused", refusal, identity)
        try:
            answer = await self._search(identity, mode, card, by)
        except InsiUnavailableError as error:
            text = f"Appel INSi sans réponse : {error}. L'identité n'est pas modifiée, réessayez."
            return self._no_answer(identity, mode, by, Answer(code=None, fault=str(error)), text)
        if answer.fault:
            text = f"INSi signale une erreur : {answer.fault}. L'identité n'est pas modifiée."
            return self._no_answer(identity, mode, by, answer, text)
        return self._take(identity, mode, by, answer)

    async def _search(self, identity: Identity, mode: str, card: str | None, by: str) -> Answer:
        """Search, then search again with more traits while INSi answers "several" (INSI-07)."""
        assert self._insi is not None
        answer = Answer(code="02")
        for search in insi_decision.searches(identity, card):
            answer = await self._insi.search(mode, search, by)
            kept = InsiAnswer(now(), by, mode, answer.code, answer.raw)
            self.store.add_insi_answer(identity, kept)
            if answer.code != "02":
                break
        return answer

    def _no_answer(
        self, identity: Identity, mode: str, by: str, answer: Answer, text: str
    ) -> InsiOutcome:
        self.store.log(by, f"appel INSi ({mode})", identity.id, "échec", text)
        if faults.active("insi-statut-sur-faute"):
            identity = self._promote_by_fault(identity, by)
        return InsiOutcome(answer.code, "fault", text, identity)

    def _take(self, identity: Identity, mode: str, by: str, answer: Answer) -> InsiOutcome:
        if answer.found is None:
            return self._nobody(identity, mode, by, answer)
        # Answers may arrive after a change made meanwhile: the decision bears on the present state.
        identity = self.store.find(identity.id) or identity
        blocked = insi_decision.block_reason(identity, answer.found)
        if blocked:
            self.store.log(by, f"appel INSi ({mode})", identity.id, "blocage", f"00 : {blocked}")
            return InsiOutcome(answer.code, "blocked", blocked, identity)
        updated = insi_decision.completed_by_insi(identity, answer.found, mode, now()[:10])
        self.store.keep_former_ins(identity, answer.found.former)
        saved = self.record(identity, updated, by, f"réponse INSi 00 ({mode})")
        self.store.log(by, f"appel INSi ({mode})", identity.id, detail="00 : identité trouvée")
        text = f"INSi a retrouvé l'identité : elle est maintenant « {saved.status} »."
        return InsiOutcome(answer.code, "updated", text, saved)

    def _nobody(self, identity: Identity, mode: str, by: str, answer: Answer) -> InsiOutcome:
        several = answer.code == "02"
        text = (
            "INSi a trouvé plusieurs identités (code 02) : précisez les prénoms et le lieu de "
            "naissance. L'identité n'est pas modifiée."
            if several
            else "INSi n'a trouvé aucune identité (code 01) : vérifiez les traits. "
            "L'identité n'est pas modifiée."
        )
        self.store.log(by, f"appel INSi ({mode})", identity.id, "sans résultat", text)
        if faults.active("insi-statut-sur-02" if several else "insi-statut-sur-01"):
            identity = self._promote_by_fault(identity, by)
        if not several and faults.active("insi-efface-lieu-sur-01"):
            emptied = replace(identity.traits, birth_place_code=None)
            identity = self.store.save(replace(identity, traits=emptied))
        return InsiOutcome(answer.code, "several" if several else "not-found", text, identity)

    def _promote_by_fault(self, identity: Identity, by: str) -> Identity:
        promoted = replace(identity, status=Status.RECUPEREE)
        return self.record(identity, promoted, by, "appel INSi")

    # Diffusion

    async def diffuse(self, identity: Identity, event: str, by: str) -> Diffusion:
        """Send the identity to the partner over MLLP; RefusedError without a partner."""
        if self._partner is None:
            text = "Diffusion impossible : aucun partenaire n'est configuré (--partner)."
            raise RefusedError(Refusal("", text))
        control_id, content = pam_out.message(identity, event)
        ack = await self._partner.send(content, control_id)
        detail = f"{event} {control_id} vers {self._partner.name}"
        self.store.log(by, "diffusion d'identité", identity.id, ack or "sans réponse", detail)
        return Diffusion(control_id, ack)

    # Accounts

    def open_account(self, patient_id: str, login: str, by: str) -> Account:
        """Open the patient's account on a private identifier; linked to no matricule yet."""
        if not login.strip() or len(login) > 64:
            text = "Identifiant de connexion : 1 à 64 caractères attendus."
            raise RefusedError(Refusal("login", text))
        if self.store.find(patient_id) is None:
            raise RefusedError(Refusal("patient_id", f"Patient « {patient_id[:20]} » inconnu."))
        account = self.store.add_account(login.strip(), patient_id)
        if account is None:
            text = f"Identifiant de connexion « {login} » déjà pris."
            raise RefusedError(Refusal("login", text))
        self.store.log(by, "ouverture de compte", patient_id, detail=login)
        return account

    def link_account(self, account: Account, by: str) -> Account | None:
        """Tie the account to its patient's matricule; None while the identity has none (IEU 8)."""
        identity = self.store.find(account.patient_id)
        if identity is None or identity.status not in WITH_INS or not identity.matricule:
            self.store.log(by, "rattachement de compte", account.patient_id, "refus")
            return None
        linked = replace(account, matricule=identity.matricule, oid=identity.oid)
        if faults.active("compte-sans-matricule"):
            linked = replace(linked, matricule=None, oid=None)
        if faults.active("compte-matricule-altere"):
            linked = replace(linked, matricule=with_wrong_key(identity.matricule))
        if faults.active("compte-autre-personne"):
            linked = replace(linked, patient_id=self._somebody_else(identity).id)
        self.store.save_account(linked)
        self.store.log(by, "rattachement de compte", account.patient_id)
        return linked

    def _somebody_else(self, identity: Identity) -> Identity:
        """Another recorded person, made up when there is none: used by a seeded fault alone."""
        others = [other for other in self.store.identities() if other.id != identity.id]
        stranger = Draft(traits=Traits(birth_name="AUTRE", first_birth_given_name="PERSONNE"))
        return others[0] if others else self.store.add(new_identity(stranger, Status.PROVISOIRE))


def without_matricule(identity: Identity, status: Status) -> Identity:
    """The identity with its INS erased, under another status (règle 27)."""
    return replace(identity, matricule=None, oid=None, insi_on=None, method="SM", status=status)


def _locked(field: str, identity: Identity) -> str:
    return (
        f"{LABELS[field]} : trait strict verrouillé, l'identité est « {identity.status} ». "
        "Seul un super-utilisateur peut le modifier."
    )


def _as_kept(traits: Traits) -> Traits:
    """The traits as they enter the database: unchanged, unless a seeded fault alters them."""
    for fault, field in _LOST_BY_FAULT.items():
        if faults.active(fault):
            traits = replace(traits, **{field: None})
    if faults.active("noms-coupes-a-30"):
        names = ("birth_name", "first_birth_given_name", "birth_given_names", "used_name")
        cut = {name: (getattr(traits, name) or "")[:30] or None for name in names}
        traits = replace(traits, **cut)
    if faults.active("tiret-change-en-espace"):
        name = (traits.birth_name or "").replace("-", " ") or None
        given = (traits.first_birth_given_name or "").replace("-", " ") or None
        listed = (traits.birth_given_names or "").replace("-", " ") or None
        traits = replace(
            traits, birth_name=name, first_birth_given_name=given, birth_given_names=listed
        )
    return traits
