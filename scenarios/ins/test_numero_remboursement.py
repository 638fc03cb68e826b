"""INS 1.4, INS/va1.56.04 — le numéro de remboursement a son champ, distinct du matricule INS."""

from harness import requirement, scenario

pytestmark = requirement("INS 1", "INS/va1.56")


@scenario("INS 1.4", "INS/va1.56.04", "Numéro de sécurité sociale du remboursement, à part")
def test_reimbursement_number_is_apart(identities, insi, proofs, dossier):
    insi.knows("prenom-autre-sexe")
    number = proofs.number_of_someone_else("prenom-autre-sexe")

    with dossier.step("Créer l'identité avec le numéro d'un ouvrant droit"):
        patient = proofs.register("prenom-autre-sexe", nss=number)
        created = identities.read(patient)

    with dossier.step("Appeler INSi : le matricule vient, le numéro de remboursement reste"):
        identities.call_insi(patient)
        stored = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 1.4.1", "INS/va1.56.04.01", screen, "Les deux champs, distincts")

    dossier.verify(created, "IDN-46", "IDN-14", expected={"nss": number})
    dossier.verify(stored, "IDN-46", expected={"nss": number})
    dossier.verify(screen.releve, "IHM-11", expected={"nss": number})
