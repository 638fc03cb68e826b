"""INS 14, INS/va1.51 — le premier prénom suit le début de la liste des prénoms d'INSi."""

from harness import requirement, scenario

pytestmark = requirement("INS 14", "INS/va1.51")
ACT = {"act": "premier prénom"}


@scenario("INS 14.1", "INS/va1.51.01", "Premier prénom cohérent avec la liste, un autre est refusé")
def test_first_given_name_follows_the_list(identities, insi, editing, dossier):
    insi.knows("historique")

    with dossier.step("Recevoir d'INSi une liste de plusieurs prénoms"):
        patient = identities.create("historique", from_insi=True)
        before = identities.read(patient)

    with dossier.step("Allonger le premier prénom le long de la liste"):
        longer = editing.change_first_name(patient, patient.traits["birth_given_names"])
        coherent = identities.read(patient)
        dossier.attach(longer.releve, coherent)

    with dossier.step("Donner un prénom étranger au début de la liste"):
        stranger = editing.change_first_name(patient, "ZENON")
        after = identities.read(patient)
        dossier.attach(stranger.releve, after)
        dossier.proof(
            "INS 14.1.1", "INS/va1.51.01.01", editing.page(patient), "Champ du premier prénom"
        )

    dossier.verify("IDN-30", before=before, after=coherent, attempt=longer.releve, expected=ACT)
    dossier.verify(
        "IDN-30",
        before=coherent,
        after=after,
        attempt=stranger.releve,
        control=longer.releve,
        expected=ACT,
    )


@scenario("INS 14.1", "INS/va1.51.01", "Le prénom qui n'ouvre pas la liste est refusé avec alerte")
def test_second_given_name_is_refused(identities, insi, editing, dossier):
    insi.knows("etranger")

    with dossier.step("Recevoir d'INSi une liste de plusieurs prénoms"):
        patient = identities.create("etranger", from_insi=True)
        kept = editing.change_first_name(patient, patient.traits["first_birth_given_name"])
        before = identities.read(patient)

    with dossier.step("Donner le deuxième prénom de la liste en premier prénom"):
        second = editing.change_first_name(patient, patient.person.birth_given_names[1])
        after = identities.read(patient)
        dossier.proof("INS 14.1.1", "INS/va1.51.01.01", second.releve, "Refus et son alerte")

    dossier.verify(
        "IDN-30",
        before=before,
        after=after,
        attempt=second.releve,
        control=kept.releve,
        expected=ACT,
    )
