"""INS 35, INS/va1.13 — une qualification faite dans un autre domaine n'est pas reprise."""

from harness import requirement, scenario

MLLP = {"transport": "mllp"}


@requirement("INS 35", "INS/va1.13", "INS/va1.57", "INS/va1.11")
@scenario(
    *("INS 35.1", "INS/va1.13.01", "INS/va1.57.01", "INS/va1.11.01"),
    "INS d'un autre domaine : vérifiée d'office, l'identité naît récupérée",
)
def test_qualification_is_not_inherited(insi, other_domain, dossier):
    insi.knows("historique")

    with dossier.step("Recevoir d'un autre domaine une identité qualifiée, inconnue ici"):
        flow = other_domain.sends("historique")
        asked, held = other_domain.verification(flow), other_domain.received(flow)
        dossier.proof("INS 35.1.1", "INS/va1.11.01.01", *asked.values(), "Appel de vérification")

    expected = flow.expected("ok")
    dossier.verify("IDN-39", "IDN-45", **asked, **held, expected=expected)
    dossier.verify_whole("hl7v2", MLLP, request=flow.answer.message, answer=flow.answer.ack)

    with dossier.step("Montrer l'identité créée"):
        proof = ("INS 35.1.1", "INS/va1.13.01.01", "INS/va1.57.01.01")
        dossier.proof(*proof, other_domain.screen(flow), "Identité créée, récupérée")


@requirement("INS/va1.05", "INS/va1.12", "INS/va1.11")
@scenario(
    *("INS/va1.05.01", "INS/va1.12.01"),
    "Vérification en échec, personne inconnue : créée sans INS, alerte et liste de travail",
)
def test_unknown_person_is_created_without_ins(insi, other_domain, dossier):
    insi.does_not_confirm("etranger")

    with dossier.step("Recevoir d'un autre domaine une INS qu'INSi ne confirme pas"):
        flow = other_domain.sends("etranger")
        asked, held = other_domain.verification(flow), other_domain.received(flow)

    expected = flow.expected("ko")
    dossier.verify("IDN-40", "IDN-45", **asked, **held, expected=expected)

    with dossier.step("Montrer l'identité créée, l'alerte et la liste de travail"):
        screen, work = other_domain.screen(flow), other_domain.work_page()
        dossier.proof("INS/va1.05.01.01", screen, "Identité créée, sans matricule ni OID")
        dossier.proof("INS/va1.12.01.01", screen, work, "Alerte et liste de travail")
        listed = other_domain.work_list()

    dossier.verify("IDN-44", worklist=listed, page=screen.releve, expected=expected)
    dossier.verify(work.releve, "IHM-14", expected=expected)


@requirement("INS/va1.07", "INS/va1.12")
@scenario(
    *("INS/va1.07.01", "INS/va1.12.01"),
    "Vérification en échec, personne connue : l'identité n'est pas mise à jour",
)
def test_known_person_is_not_updated(identities, insi, other_domain, dossier):
    insi.does_not_confirm("prenoms-multiples")

    with dossier.step("Créer l'identité ici, provisoire"):
        patient = identities.create("prenoms-multiples")
        before = identities.read(patient)

    with dossier.step("Recevoir d'un autre domaine la même personne, INS non confirmée"):
        flow = other_domain.sends("prenoms-multiples", used_name="BELLAMY")
        asked, after = other_domain.verification(flow), identities.read(patient)
        screen = identities.screen(patient)
        dossier.proof("INS/va1.07.01.01", screen, "Identité inchangée")
        listed = other_domain.work_list()

    expected = flow.expected("ko")
    dossier.verify("IDN-41", "IDN-45", before=before, after=after, **asked, expected=expected)
    dossier.verify("IDN-44", worklist=listed, page=screen.releve, expected=expected)


@requirement("INS/va1.04")
@scenario("INS/va1.04.01", "Contrat de confiance : l'identité reste qualifiée, sans lui non")
def test_contract_of_trust_keeps_the_qualification(insi, other_domain, screens, proofs, dossier):
    insi.knows("corse-2b")

    with dossier.step("Régler un contrat de confiance avec un domaine"):
        proofs.trust("contrat")
        settings = screens.settings()
        dossier.proof("INS/va1.04.01.01", settings, "Domaines sous contrat de confiance")

    with dossier.step("Premier cas : recevoir une identité qualifiée de ce domaine"):
        trusted = other_domain.sends("corse-2a", domain="contrat")
        kept = other_domain.received(trusted)
        dossier.proof("INS/va1.04.01.02", *kept.values(), "Domaine sous contrat")

    with dossier.step("Second cas : recevoir une identité qualifiée d'un autre domaine"):
        stranger = other_domain.sends("corse-2b")
        recovered = other_domain.received(stranger)
        dossier.proof("INS/va1.04.01.03", *recovered.values(), "Domaine sans contrat")

    dossier.verify(settings.releve, "IHM-16")
    dossier.verify("IDN-43", **kept, expected=trusted.expected("contrat"))
    dossier.verify("IDN-39", **recovered, expected=stranger.expected("ok"))
