"""INS 1, INS/va1.56 — les dix champs de l'identité sont conservés tels que donnés."""

from harness import requirement, scenario

pytestmark = requirement("INS 1", "INS/va1.01", "INS/va1.56")


@scenario("INS 1.1", "INS/va1.01.01", "INS/va1.56.01", "Les dix champs d'une identité qualifiée")
def test_ten_fields_are_stored(identities, dossier):
    with dossier.step("Constituer une identité qualifiée, noms et prénoms utilisés compris"):
        patient = identities.qualified("nom-utilise")

    with dossier.step("Relire l'identité et montrer ses champs"):
        stored = identities.read(patient)
        dossier.proof(
            "INS 1.1.1",
            "INS/va1.01.01.01",
            "INS/va1.56.01.01",
            identities.screen(patient),
            "Fiche de l'identité, dix champs visibles",
        )

    dossier.verify(stored, "IDN-01", "IDN-14", expected={"traits": patient.traits})


@scenario(
    "INS 1.1", "INS/va1.56.01", "Les champs saisis sont conservés avant tout appel", only="ri"
)
def test_typed_fields_are_stored(identities, dossier):
    with dossier.step("Saisir une identité, noms et prénoms utilisés compris, sans appeler INSi"):
        patient = identities.create("nom-utilise")

    with dossier.step("Relire l'identité"):
        stored = identities.read(patient)
        dossier.attach(stored)

    dossier.verify(stored, "IDN-01", "IDN-14", expected={"traits": patient.typed_traits})
