"""INS 2, INS/va1.36 — l'écran montre les traits obligatoires, sous un libellé sans doute."""

from harness import requirement, scenario

pytestmark = requirement("INS 2", "INS/va1.36")


@scenario("INS 2.1", "INS/va1.36.01", "La fiche d'une identité qualifiée montre ses traits")
def test_compulsory_traits_are_on_the_screen(identities, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("apostrophe-et-traits-d-union")

    with dossier.step("Ouvrir la fiche de l'identité"):
        screen = identities.screen(patient)
        dossier.proof(
            "INS 2.1.1", "INS/va1.36.01.01", screen, "Fiche, traits obligatoires visibles"
        )

    dossier.verify(
        screen.releve,
        *("IHM-01", "IHM-02", "IHM-03", "IHM-05", "IHM-09"),
        expected={"traits": patient.traits, "status": "qualifiée"},
    )


@scenario("INS 2.1", "INS/va1.36.01", "Les traits facultatifs se montrent, ou un réglage le permet")
def test_optional_traits_can_be_shown(identities, screens, dossier):
    with dossier.step("Constituer une identité qualifiée et ouvrir sa fiche"):
        patient = identities.qualified("prenoms-multiples")
        screen = identities.screen(patient)
        dossier.proof("INS 2.1.1", "INS/va1.36.01.01", screen, "Fiche, traits facultatifs")

    with dossier.step("Ouvrir les réglages d'affichage"):
        settings = screens.settings()
        dossier.proof("INS 2.1.1", "INS/va1.36.01.01", settings, "Réglage de l'affichage")

    dossier.verify(
        screen.releve, "IHM-04", settings=settings.releve, expected={"traits": patient.traits}
    )
