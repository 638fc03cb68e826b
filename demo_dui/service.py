"""Actions on identities and accounts: the one place where the business rules are applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from demo_dui import faults
from demo_dui.identity import Draft, Identity, Traits, with_wrong_key
from demo_dui.insi_client import InsiClient
from demo_dui.locks import changed_strict_traits, coherence_refusals, lock_refusals
from demo_dui.mllp import MllpClient
from demo_dui.naming import LABELS, Refusal, RefusedError, completed, refusals
from demo_dui.parameters import DEFAULT_PROOFS, HIGH
from demo_dui.rights import Rights
from demo_dui.status import WITH_INS, Status, after_check, at_creation, without_ins
from demo_dui.store import Account, StatusChange, Store, new_identity
from demo_dui.traces import CHANGE, Trace, now

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


class Dui:
    """The software: a store, a role, and the two peers it may call."""

    def __init__(
        self, store: Store, role: str, insi: InsiClient | None, partner: MllpClient | None
    ) -> None:
        self.store = store
        self.role = role
        self.insi = insi
        self.partner = partner
        self.rights = Rights(store.parameters)
        store.traces.role_of = self.role_of

    def role_of(self, login: str) -> str:
        """The profile of an author, as traces tell it: a profile, `patient`, `flux`, `inconnu`."""
        profile = self.rights.users.get(login)
        if profile is None and self.store.account_of_login(login) is not None:
            return "patient"
        return profile or ("flux" if "(flux" in login else "inconnu")

    def sends_to(self, partner: MllpClient | None) -> None:
        """Change the partner to which identities are sent."""
        self.partner = partner

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
        if draft.proof and self.store.parameters.trust_of(draft.proof) is None:
            text = f"Justificatif « {draft.proof[:20]} » : absent de la liste du site."
            found.append(Refusal("justificatif", text))
        if found:
            self.store.log(by, "création d'identité", None, "refus", found[0].message)
            raise RefusedError(*found)
        kept = replace(draft, traits=_as_kept(traits), **_other_fields_kept(draft))
        identity = self.store.add(new_identity(kept, at_creation()))
        if draft.nss and faults.active("nss-dans-matricule"):
            identity = self.store.save(replace(identity, matricule=draft.nss, nss=None))
        trace = Trace(by=by, action="création d'identité", patient_id=identity.id)
        self.store.traces.add(replace(trace, after=_plain(identity)))
        return self._validated_at_once(identity, by)

    def _validated_at_once(self, identity: Identity, by: str) -> Identity:
        """Validation on the justificatif shown, when the site switched it on (règle 19)."""
        wanted = self.store.parameters.read("auto_validation")
        if faults.active("validation-auto-toujours"):
            wanted = True
        if faults.active("validation-auto-jamais"):
            wanted = False
        trusted = self.is_trusted(identity.proof) or faults.active("validation-auto-faible")
        if not wanted or not identity.proof or not trusted:
            return identity
        document = identity.proof
        status = after_check(identity.status)
        checked = replace(identity, status=status, document=document, document_on=now()[:10])
        saved = self.record(identity, checked, by, f"validation automatique ({document})")
        detail = f"{document}, validation automatique"
        self.store.log(by, "contrôle de la pièce d'identité", identity.id, detail=detail)
        return saved

    def change(self, identity: Identity, draft: Draft, by: str, super_user: bool) -> Identity:
        """Record changed traits; strict traits of an identity with INS need a super-user (R26)."""
        traits = completed(draft.traits)
        found = coherence_refusals(identity, traits, refusals(traits))
        strict = changed_strict_traits(identity, traits)
        if not super_user:
            found += lock_refusals(identity, traits, strict)
        if found:
            self.store.log(by, CHANGE, identity.id, "refus", found[0].message)
            raise RefusedError(*found)
        changed = replace(identity, traits=traits, nss=draft.nss or identity.nss)
        if draft.private_id and draft.private_id != identity.private_id:
            former = identity.private_id
            changed = replace(changed, private_id=draft.private_id, former_private_id=former)
        touched = bool(strict) or faults.active("nom-utilise-retrograde")
        if touched and identity.status in WITH_INS:
            changed = downgraded(changed)
        saved = self.record(identity, changed, by, "modification d'un trait strict")
        before, after = _differences(identity, saved)
        detail = ", ".join(LABELS[field] for field in strict) or "traits complémentaires"
        trace = Trace(by=by, action=CHANGE, patient_id=identity.id, detail=detail)
        self.store.traces.add(replace(trace, before=before, after=after))
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
        refusal = "" if self.is_trusted(document) else self._untrusted(document)
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

    def is_trusted(self, document: str | None) -> bool:
        """Tell whether the site gives this kind of justificatif a high trust level."""
        if document and faults.active("justificatif-faible-valide"):
            return self.store.parameters.trust_of(document) is not None
        if faults.active("justificatif-liste-figee"):
            return any(p["code"] == document and p["trust"] == HIGH for p in DEFAULT_PROOFS)
        return bool(document) and self.store.parameters.trust_of(str(document)) == HIGH

    def _untrusted(self, document: str) -> str:
        proofs = self.store.parameters.read("justificatifs")
        trusted = ", ".join(f"{p['code']} ({p['label']})" for p in proofs if p["trust"] == HIGH)
        return (
            f"Validation refusée : la pièce « {document[:20]} » n'est pas à haut niveau de "
            f"confiance. Attendu : {trusted}."
        )

    def mark(self, identity: Identity, wanted: dict[str, bool], by: str) -> Identity:
        """Set or remove attributes; douteuse and fictive lead back to provisoire (règle 25)."""
        kept = tuple(n for n in ATTRIBUTES if wanted.get(n, n in identity.attributes))
        paired = "fictive" in kept and len(kept) > 1
        if paired and not faults.active("attribut-paire-interdite"):
            text = (
                "Attributs refusés : « fictive » ne s'ajoute à aucun autre attribut ; "
                "seuls « homonyme » et « douteuse » vont ensemble."
            )
            raise RefusedError(Refusal("attributes", text))
        marked = replace(identity, attributes=kept)
        if _leads_back_to_provisoire(kept):
            marked = without_matricule(marked, Status.PROVISOIRE)
            if faults.active("attribut-garde-matricule"):
                marked = replace(marked, matricule=identity.matricule, oid=identity.oid)
            if faults.active("attribut-garde-oid"):
                marked = replace(marked, oid=identity.oid)
        reason = f"attribut {', '.join(kept) or 'retiré'}"
        saved = self.record(identity, marked, by, reason)
        before, after = _differences(identity, saved)
        trace = Trace(by=by, action="attributs de l'identité", patient_id=identity.id)
        told = replace(trace, detail=", ".join(kept), before=before, after=after)
        self.store.traces.add(told)
        return saved

    # Accounts

    def open_account(self, patient_id: str, login: str, by: str, check: str = "") -> Account:
        """Open the patient's account on a private identifier; linked to no matricule yet.

        `check` tells how the identity was verified; it is traced (IEU 1).
        """
        if not login.strip() or len(login) > 64:
            text = "Identifiant de connexion : 1 à 64 caractères attendus."
            raise RefusedError(Refusal("login", text))
        if self.store.find(patient_id) is None:
            raise RefusedError(Refusal("patient_id", f"Patient « {patient_id[:20]} » inconnu."))
        account = self.store.add_account(login.strip(), patient_id)
        if account is None:
            text = f"Identifiant de connexion « {login} » déjà pris."
            raise RefusedError(Refusal("login", text))
        told = f", identité vérifiée : {check}" if check else ""
        if faults.active("ouverture-controle-non-trace"):
            told = ""
        self.store.log(by, "ouverture de compte", patient_id, detail=f"{login}{told}")
        return account

    def ask_correction(self, identity: Identity, wanted: Traits, by: str) -> None:
        """Put a patient's request in the work list; nothing changes before a check (IEU 2)."""
        values = {n: v for n in Traits.__dataclass_fields__ if (v := getattr(wanted, n))}
        if faults.active("identite-page-directe"):
            draft = Draft(traits=replace(identity.traits, **values))
            self.change(identity, draft, by, super_user=True)
            return
        told = ", ".join(f"{LABELS[name]} : {value[:60]}" for name, value in values.items())
        message = f"Correction demandée par {by} ({told}). Contrôlez l'identité avant de changer."
        self.store.add_work(identity.id, "correction-identite", message, by)
        detail = f"{by}, demande de correction"
        self.store.log(by, "demande de correction", identity.id, "ok", detail)

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


def downgraded(identity: Identity) -> Identity:
    """The identity whose INS no longer holds: status one step down, INS erased (règles 27, 49)."""
    status = without_ins(identity.status)
    if faults.active("super-garde-statut"):
        status = identity.status
    if faults.active("super-tout-provisoire"):
        status = Status.PROVISOIRE
    lower = without_matricule(identity, status)
    if faults.active("super-garde-matricule"):
        return replace(lower, matricule=identity.matricule, oid=identity.oid)
    if faults.active("super-garde-oid"):
        return replace(lower, oid=identity.oid)
    return lower


def _leads_back_to_provisoire(attributes: tuple[str, ...]) -> bool:
    if "douteuse" in attributes and not faults.active("attribut-douteuse-garde-statut"):
        return True
    return "fictive" in attributes and not faults.active("attribut-fictive-garde-statut")


def _plain(identity: Identity) -> dict[str, Any]:
    """What traces tell of an identity: traits, local fields, INS and status."""
    fields = ("matricule", "oid", "nss", "proof", "document", "private_id")
    traits = {name: getattr(identity.traits, name) for name in Traits.__dataclass_fields__}
    others = {name: getattr(identity, name) for name in fields}
    attributes = ", ".join(identity.attributes) or None
    return {**traits, **others, "attributes": attributes, "status": str(identity.status)}


def _differences(before: Identity, after: Identity) -> tuple[dict[str, Any], dict[str, Any]]:
    """Old and new values of what changed, by field."""
    old, new = _plain(before), _plain(after)
    changed = [name for name in old if old[name] != new[name]]
    return {name: old[name] for name in changed}, {name: new[name] for name in changed}


def _other_fields_kept(draft: Draft) -> dict[str, str | None]:
    proof = None if faults.active("justificatif-non-enregistre") else draft.proof
    return {"proof": proof, "nss": None if faults.active("nss-perdu") else draft.nss}


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
