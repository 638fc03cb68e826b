"""IEU 8 — le compte créé avec un identifiant privé et cinq traits retrouve son matricule."""

from harness import requirement, scenario

pytestmark = requirement("IEU 8")


@scenario("IEU 8.1", "Création par l'API, puis compte lié au matricule obtenu d'INSi", only="ri")
def test_account_finds_its_matricule(identities, accounts, insi, dossier):
    insi.knows("durand-camille")

    with dossier.step("Créer le patient : identifiant privé et cinq traits"):
        patient = identities.create("durand-camille", compulsory_only=True)
        account = accounts.create(patient)
        dossier.proof("IEU 8.1.1", identities.screen(patient), "Patient créé, sans matricule")

    with dossier.step("Obtenir le matricule d'INSi et lier le compte"):
        identities.call_insi(patient)
        linked = accounts.link(account)
        screen = accounts.screen(account)
        dossier.proof("IEU 8.1.1", screen, "Compte associé à son matricule")

    dossier.verify("IDN-20", account=linked, expected=accounts.expected(patient))
    dossier.verify(screen.releve, "IHM-06", "IHM-09", expected={"traits": insi.answer_for(patient)})


@scenario("IEU 8.1", "Création à l'écran, puis compte lié à son matricule", only="ri")
def test_account_of_a_patient_created_on_screen(screens, identities, accounts, insi, dossier):
    insi.knows("prenoms-multiples")

    with dossier.step("Créer le patient à l'écran : identifiant privé et cinq traits"):
        attempt, screen = screens.create("prenoms-multiples")
        patient = identities.patient("prenoms-multiples", attempt)
        dossier.proof("IEU 8.1.1", screen, "Patient créé à l'écran")

    with dossier.step("Obtenir le matricule d'INSi et lier le compte"):
        identities.call_insi(patient)
        account = accounts.create(patient)
        linked = accounts.link(account)
        screen = accounts.screen(account)
        dossier.proof("IEU 8.1.1", screen, "Compte associé à son matricule")

    dossier.verify("IDN-20", account=linked, expected=accounts.expected(patient))
    dossier.verify(screen.releve, "IHM-06", expected={"traits": insi.answer_for(patient)})


@scenario("IEU 8.1", "Création par flux du GAP (A28), INS associée par A31, compte lié")
def test_account_of_a_patient_created_by_flow(gap, identities, accounts, dossier):
    with dossier.step("Recevoir du GAP la création du patient (A28), sans INS"):
        patient = gap.creates("apostrophe-et-traits-d-union")
        before = identities.read(patient)
        account = accounts.create(patient)
        dossier.proof("IEU 8.1.1", patient.flow.message, "Flux de création du patient (A28)")

    with dossier.step("Recevoir du GAP l'association de l'INS (A31)"):
        flow = gap.gives_ins(patient)
        after = identities.read(patient)
        dossier.proof("IEU 8.1.1", flow.message, "Flux d'association de l'INS (A31)")

    dossier.verify(
        before, "IDN-21", expected={"traits": patient.typed_traits, "intake": "creation"}
    )
    dossier.verify(
        "IDN-23",
        before=before,
        after=after,
        expected={"traits": patient.traits, "intake": "association"},
    )

    with dossier.step("Lier le compte et l'ouvrir"):
        linked = accounts.link(account)
        screen = accounts.screen(account)
        dossier.proof("IEU 8.1.1", screen, "Compte associé à son matricule")

    dossier.verify("IDN-20", account=linked, expected=accounts.expected(patient))
    dossier.verify(screen.releve, "IHM-06", expected={"traits": patient.traits})
