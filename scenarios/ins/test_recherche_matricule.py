"""INS 8, INS/va1.41 — le matricule ne se cherche qu'entier, sa clé contrôlée avant la recherche."""

from harness import requirement, scenario

pytestmark = requirement("INS 8", "INS/va1.41")


@scenario("INS 8.1", "INS/va1.41.01", "Matricule de quinze caractères, clé juste : trouvé")
def test_whole_matricule_finds_its_holder(search, identities, dossier):
    with dossier.step("Avoir une identité qualifiée, et une autre personne du même jour"):
        holder = identities.qualified("cherchee")
        (other,) = search.registers("meme-jour")

    with dossier.step("Chercher par le matricule entier"):
        answer = search.of(matricule=holder.person.matricule)
        shown, screen = search.on_screen(matricule=holder.person.matricule)
        dossier.proof("INS 8.1.1", "INS/va1.41.01.01", screen, "Matricule saisi, identité trouvée")

    expected = search.expecting(holder, absent=[other])
    dossier.verify("IDN-28", search=answer.releve, expected=expected)
    dossier.verify("IDN-28", search=shown.releve, expected=expected)


@scenario("INS 8.1", "INS/va1.41.01", "Clé fausse : refus avant toute recherche")
def test_wrong_key_is_refused(search, identities, dossier):
    with dossier.step("Trouver une identité qualifiée par son matricule (jumeau permis)"):
        holder = identities.qualified("cherchee")
        right = search.of(matricule=holder.person.matricule)
        seen, _ = search.on_screen(matricule=holder.person.matricule)
        wrong = search.wrong_key(holder.person.matricule)

    with dossier.step("Chercher le même matricule avec une clé fausse"):
        answer = search.of(matricule=wrong)
        shown, screen = search.on_screen(matricule=wrong)
        dossier.proof("INS 8.1.1", "INS/va1.41.01.02", screen, "Clé fausse refusée")

    dossier.verify("IDN-29", search=answer.releve, control=right.releve)
    dossier.verify("IDN-29", search=shown.releve, control=seen.releve)
    dossier.verify(screen.releve, "IHM-08", expected={"cause": ["cle", "matricule"]})


@scenario("INS 8.1", "INS/va1.41.01", "Clé absente : refus avant toute recherche")
def test_missing_key_is_refused(search, identities, dossier):
    with dossier.step("Trouver une identité qualifiée par son matricule (jumeau permis)"):
        holder = identities.qualified("cherchee")
        right = search.of(matricule=holder.person.matricule)
        seen, _ = search.on_screen(matricule=holder.person.matricule)
        short = search.without_key(holder.person.matricule)

    with dossier.step("Chercher les treize premiers caractères"):
        answer = search.of(matricule=short)
        shown, screen = search.on_screen(matricule=short)
        dossier.proof("INS 8.1.1", "INS/va1.41.01.03", screen, "Clé absente refusée")

    dossier.verify("IDN-29", search=answer.releve, control=right.releve)
    dossier.verify("IDN-29", search=shown.releve, control=seen.releve)
    dossier.verify(screen.releve, "IHM-08", expected={"cause": ["cle", "matricule", "15"]})
