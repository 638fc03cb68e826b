"""INS 18, 19, 20, 21 — justificatifs, degré de confiance, validation manuelle et automatique."""

from harness import requirement, scenario

AUTOMATIC = {"act": "validation automatique"}
LOW_TRUST = {"act": "validation manuelle", "trust": "faible"}
HIGH, LOW = "PA", "PC"


@requirement("INS 18", "INS/va1.23")
@scenario("INS 18.1", "INS/va1.23.01", "Nature du justificatif enregistrée à la création")
def test_kind_of_proof_is_recorded(identities, proofs, dossier):
    with dossier.step("Créer l'identité sur présentation d'un passeport"):
        patient = proofs.register("durand-camille", document=HIGH)
        stored = identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS 18.1.1", "INS/va1.23.01.01", screen, "Justificatif renseigné")

    dossier.verify(stored, "IDN-31", expected={"proof": HIGH})


@requirement("INS 19", "INS/va1.26")
@scenario("INS 19.1", "INS/va1.26.01", "Liste des justificatifs et confiance réglables, et suivies")
def test_trust_level_is_set_by_the_site(identities, screens, proofs, dossier):
    with dossier.step("Montrer le réglage des justificatifs"):
        settings = screens.settings()
        dossier.proof("INS 19.1.1", "INS/va1.26.01.01", settings, "Liste et degrés de confiance")

    with dossier.step("Valider une identité sur un passeport, de haute confiance"):
        twin = identities.create("corse-2a")
        control = proofs.validate(twin, HIGH)

    with dossier.step("Abaisser la confiance du passeport, puis valider une autre identité"):
        proofs.lower_trust(HIGH)
        patient = identities.create("corse-2b")
        before = identities.read(patient)
        attempt = proofs.validate(patient, HIGH)
        after = identities.read(patient)
        dossier.attach(attempt.releve, after)

    dossier.verify(settings.releve, "IHM-12")
    dossier.verify(
        "IDN-32",
        before=before,
        after=after,
        attempt=attempt.releve,
        control=control.releve,
        expected=LOW_TRUST,
    )


@requirement("INS 20", "INS/va1.55")
@scenario(
    "INS 20.1", "INS/va1.55.01", "Validation manuelle, sur un justificatif de haute confiance"
)
def test_manual_validation_needs_high_trust(identities, proofs, dossier):
    with dossier.step("Valider une identité sur un passeport"):
        twin = identities.create("apostrophe")
        provisional = identities.read(twin)
        control = proofs.validate(twin, HIGH)
        validated = identities.read(twin)
        screen = identities.screen(twin)
        dossier.proof("INS 20.1.1", "INS/va1.55.01.01", screen, "Validation à la main")

    with dossier.step("Tenter la validation d'une autre identité sur un permis de conduire"):
        patient = identities.create("trait-d-union")
        before = identities.read(patient)
        attempt = proofs.validate(patient, LOW)
        after = identities.read(patient)
        dossier.attach(attempt.releve, after)

    dossier.verify("IDN-10", before=provisional, after=validated, expected={"status_to": "validée"})
    dossier.verify(
        "IDN-32",
        before=before,
        after=after,
        attempt=attempt.releve,
        control=control.releve,
        expected=LOW_TRUST,
    )


@requirement("INS 21", "INS/va1.33", "INS/va1.55")
@scenario(
    *("INS 21.1", "INS/va1.33.01", "INS/va1.55.02"),
    "Validation automatique : active, puis coupée par son réglage",
)
def test_automatic_validation_can_be_switched_off(identities, screens, proofs, dossier):
    with dossier.step("Activer l'automatisme et créer deux identités"):
        proofs.switch_automatism(True)
        validated = proofs.register("outre-mer", document=HIGH)
        automatism = identities.read(validated)
        low_trust = identities.read(proofs.register("lieu-inconnu", document=LOW))
        screen = identities.screen(validated)
        dossier.proof("INS/va1.55.02.01", screen, "Validation automatique")

    with dossier.step("Couper l'automatisme et créer une autre identité"):
        proofs.switch_automatism(False)
        without = identities.read(proofs.register("nom-court", document=HIGH))
        settings = screens.settings()
        dossier.proof("INS 21.1.1", "INS/va1.33.01.01", settings, "Réglage de l'automatisme")

    dossier.verify(
        "IDN-47",
        automatism=automatism,
        without=without,
        low_trust=low_trust,
        expected=AUTOMATIC,
    )
    dossier.verify(settings.releve, "IHM-15")
