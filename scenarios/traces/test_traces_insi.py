"""INS 4, 37, 38, INS/va1.49, .38, .35 — chaque appel à INSi est au journal, avec sa réponse."""

from harness import requirement, scenario


@requirement("INS 4", "INS/va1.49")
@scenario("INS 4.1", "INS/va1.49.01", "Deux professionnels appellent INSi : chacun est au journal")
def test_each_user_of_insi_is_traced(traces, identities, insi, dossier):
    insi.knows("durand-camille")

    with dossier.step("Créer une identité provisoire"):
        patient = identities.create("durand-camille")
        watch = traces.watch(patient)

    with dossier.step("Appeler INSi, sous deux comptes"):
        identities.call_insi(patient)
        traces.call_insi(patient, by="second")

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS 4.1.1", "INS/va1.49.01.01", screen, "Journal, l'utilisateur de l'appel")

    dossier.verify(
        "TRA-02",
        **journal.roles,
        expected=journal.expecting(
            traces.act("recuperation", patient), traces.act("recuperation", patient, by="second")
        ),
    )


@requirement("INS 37", "INS 38", "INS/va1.38", "INS/va1.35")
@scenario(
    *("INS 37.1", "INS 38.1", "INS/va1.38.02", "INS/va1.35.02"),
    "Appel par traits, code 00 : mode, code et réponse entière au journal",
)
def test_call_by_traits_is_traced_with_its_answer(traces, identities, insi, dossier):
    insi.knows("prenoms-multiples")

    with dossier.step("Créer une identité provisoire"):
        patient = identities.create("prenoms-multiples")
        watch = traces.watch(patient)

    with dossier.step("Appeler INSi par les traits"):
        identities.call_insi(patient)

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS 37.1.1", "INS/va1.38.02.01", screen, "Journal, l'appel et son code")
        dossier.proof("INS 37.1.2", "INS/va1.38.02.02", screen, "Journal, le mode d'appel")
        dossier.proof("INS 38.1.1", "INS/va1.35.02.01", screen, "Journal, ce qu'INSi a rendu")
        dossier.proof("INS 38.1.3", "INS/va1.35.02.02", screen, "Journal, appel par les traits")

    act = traces.act(
        "recuperation", patient, code="00", mode="traits", insi=insi.answer_for(patient)
    )
    dossier.verify("TRA-04", "TRA-05", **journal.roles, expected=journal.expecting(act))


@requirement("INS 37", "INS 38", "INS/va1.38", "INS/va1.35")
@scenario(
    *("INS 37.1", "INS 38.1", "INS/va1.38.01", "INS/va1.35.01"),
    "Appel par carte Vitale, code 00 : mode, code et réponse entière au journal",
)
def test_call_by_card_is_traced_with_its_answer(traces, identities, insi, dossier):
    insi.knows("durand-camille")

    with dossier.step("Créer une identité provisoire"):
        patient = identities.create("durand-camille")
        watch = traces.watch(patient)

    with dossier.step("Appeler INSi par la carte Vitale"):
        traces.call_insi_by_card(patient)

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS 37.1.1", "INS/va1.38.01.01", screen, "Journal, l'appel et son code")
        dossier.proof("INS 37.1.2", "INS/va1.38.01.02", screen, "Journal, le mode d'appel")
        dossier.proof("INS 38.1.1", "INS/va1.35.01.01", screen, "Journal, ce qu'INSi a rendu")
        dossier.proof("INS 38.1.2", "INS/va1.35.01.02", screen, "Journal, appel par carte Vitale")

    act = traces.act(
        "recuperation", patient, code="00", mode="vitale", insi=insi.answer_for(patient)
    )
    dossier.verify("TRA-04", "TRA-05", **journal.roles, expected=journal.expecting(act))


@requirement("INS 37", "INS/va1.38")
@scenario("INS 37.1", "INS/va1.38.02", "Appel sans résultat : le code 01 est au journal")
def test_call_that_finds_nobody_is_traced(traces, identities, dossier):
    with dossier.step("Créer une identité qu'INSi ne connaît pas"):
        patient = identities.create("etranger")
        watch = traces.watch(patient)

    with dossier.step("Appeler INSi par les traits"):
        identities.call_insi(patient)

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS 37.1.1", "INS/va1.38.02.01", screen, "Journal, le code 01")

    act = traces.act("recuperation", patient, code="01", mode="traits")
    dossier.verify("TRA-04", **journal.roles, expected=journal.expecting(act))


@requirement("INS 37", "INS/va1.38")
@scenario("INS 37.1", "INS/va1.38.02", "Plusieurs personnes trouvées : le code 02 est au journal")
def test_call_that_finds_several_is_traced(traces, identities, insi, dossier):
    insi.knows("homonyme-a")
    insi.knows("homonyme-b")

    with dossier.step(
        "Créer l'identité de l'un de deux homonymes, sans second prénom ni lieu connu"
    ):
        patient = identities.create("homonyme-a", compulsory_only=True, birth_place_code="99999")
        watch = traces.watch(patient)

    with dossier.step("Appeler INSi par les traits"):
        identities.call_insi(patient)

    with dossier.step("Lire le journal"):
        journal = traces.since(watch)
        screen = traces.page(patient)
        dossier.proof("INS 37.1.1", "INS/va1.38.02.01", screen, "Journal, le code 02")

    act = traces.act("recuperation", patient, code="02", mode="traits")
    dossier.verify("TRA-04", **journal.roles, expected=journal.expecting(act))
