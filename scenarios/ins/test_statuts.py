"""INS 22, 24, 25, INS/va1.45, .43, .54 — les quatre statuts et leurs passages."""

from harness import requirement, scenario


@requirement("INS 22", "INS/va1.45")
@scenario("INS 22.1", "INS/va1.45.01", "Statut par défaut : identité provisoire")
def test_default_status_is_provisoire(identities, dossier):
    with dossier.step("Créer l'identité avec les cinq champs seuls"):
        patient = identities.create("corse-2a", compulsory_only=True)
        stored = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 22.1.1", "INS/va1.45.01.01", screen, "Statut « provisoire »")

    dossier.verify(stored, "IDN-07", "IDN-14", expected={"status_to": "provisoire"})
    dossier.verify(screen.releve, "IHM-03", expected={"status": "provisoire"})


@requirement("INS 24", "INS/va1.43")
@scenario("INS 24.1", "INS/va1.43.01", "Pièce d'identité contrôlée sans INSi : identité validée")
def test_checked_document_gives_validee(identities, dossier):
    with dossier.step("Créer l'identité provisoire"):
        patient = identities.create("corse-2b")
        before = identities.read(patient)

    with dossier.step("Contrôler une pièce d'identité de haut niveau de confiance"):
        identities.validate(patient)
        after = identities.read(patient)
        dossier.proof(
            "INS 24.1.1", "INS/va1.43.01.01", identities.screen(patient), "Statut « validée »"
        )

    dossier.verify(
        *("IDN-10", "IDN-14", "IDN-15"),
        before=before,
        after=after,
        subject=after,
        expected={"status_from": "provisoire", "status_to": "validée"},
    )


@requirement("INS 25", "INS/va1.54")
@scenario("INS 25.1", "INS/va1.54.01", "Validée, puis réponse d'INSi : identité qualifiée")
def test_validee_then_insi_gives_qualifiee(identities, insi, dossier):
    insi.knows("etranger")

    with dossier.step("Constituer une identité validée"):
        patient = identities.create("etranger")
        identities.validate(patient)
        before = identities.read(patient)

    with dossier.step("Appeler INSi"):
        identities.call_insi(patient)
        after = identities.read(patient)
        dossier.proof(
            "INS 25.1.1", "INS/va1.54.01.01", identities.screen(patient), "Statut « qualifiée »"
        )

    dossier.verify(
        *("IDN-11", "IDN-14", "IDN-15"),
        before=before,
        after=after,
        subject=after,
        expected={"status_from": "validée", "status_to": "qualifiée"},
    )


@requirement("INS 25", "INS/va1.54")
@scenario("INS 25.1", "INS/va1.54.02", "Récupérée, puis pièce contrôlée : identité qualifiée")
def test_recuperee_then_document_gives_qualifiee(identities, insi, dossier):
    insi.knows("homonyme-b")

    with dossier.step("Constituer une identité récupérée"):
        patient = identities.create("homonyme-b", from_insi=True)
        before = identities.read(patient)

    with dossier.step("Contrôler une pièce d'identité de haut niveau de confiance"):
        identities.validate(patient)
        after = identities.read(patient)
        dossier.proof(
            "INS 25.1.1", "INS/va1.54.02.01", identities.screen(patient), "Statut « qualifiée »"
        )

    dossier.verify(
        *("IDN-11", "IDN-14", "IDN-15"),
        before=before,
        after=after,
        subject=after,
        expected={"status_from": "récupérée", "status_to": "qualifiée"},
    )
