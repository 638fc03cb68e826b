"""INS 9, INS/va1.25 — la recherche ne tient compte ni des signes ni des accents saisis."""

from harness import requirement, scenario

pytestmark = requirement("INS 9", "INS/va1.25")


@scenario("INS 9.1", "INS/va1.25.01", "Tiret saisi : trouvé avec ou sans le tiret")
def test_hyphen_typed_is_ignored(search, dossier):
    with dossier.step("Avoir un même nom, écrit avec un tiret et avec un espace"):
        hyphen, blank, other = search.registers("nom-avec-tiret", "nom-avec-espace", "meme-jour")
        typed = {"birth_date": hyphen.person.birth_date, "name": hyphen.person.birth_name}

    with dossier.step("Chercher le nom en saisissant le tiret"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 9.1.1", "INS/va1.25.01.01", screen, "Recherche avec tiret, et résultat")

    expected = search.expecting(hyphen, blank, absent=[other])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@scenario("INS 9.2", "INS/va1.25.04", "Apostrophe saisie : trouvé avec ou sans l'apostrophe")
def test_apostrophe_typed_is_ignored(search, dossier):
    with dossier.step("Avoir un même nom, écrit avec une apostrophe et avec un espace"):
        apostrophe, blank, other = search.registers(
            "nom-avec-apostrophe", "nom-sans-apostrophe", "meme-jour"
        )
        typed = {"birth_date": apostrophe.person.birth_date, "name": apostrophe.person.birth_name}

    with dossier.step("Chercher le nom en saisissant l'apostrophe"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 9.2.1", "INS/va1.25.04.01", screen, "Recherche avec apostrophe")

    expected = search.expecting(apostrophe, blank, absent=[other])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@scenario("INS 9.3", "INS/va1.25.03", "Double tiret saisi : trouvé avec un ou deux tirets")
def test_double_hyphen_typed_is_ignored(search, dossier):
    with dossier.step("Avoir un même nom, écrit avec un tiret et avec un double tiret"):
        double, single, other = search.registers(
            "nom-avec-double-tiret", "nom-avec-tiret", "meme-jour"
        )
        typed = {"birth_date": double.person.birth_date, "name": double.person.birth_name}

    with dossier.step("Chercher le nom en saisissant le double tiret"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 9.3.1", "INS/va1.25.03.01", screen, "Recherche avec double tiret")

    expected = search.expecting(double, single, absent=[other])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@scenario("INS 9.4", "INS/va1.25.02", "Tiret oublié : trouvé quand même")
def test_forgotten_hyphen_is_ignored(search, dossier):
    with dossier.step("Avoir un même nom, écrit avec un tiret et avec un espace"):
        hyphen, blank, other = search.registers("nom-avec-tiret", "nom-avec-espace", "meme-jour")
        typed = {"birth_date": hyphen.person.birth_date, "name": blank.person.birth_name}

    with dossier.step("Chercher le nom en oubliant le tiret"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 9.4.1", "INS/va1.25.02.01", screen, "Recherche sans tiret, et résultat")

    expected = search.expecting(hyphen, blank, absent=[other])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@scenario("INS 9.1", "INS/va1.25.01", "Accents saisis, en minuscules : trouvé quand même")
def test_accents_typed_are_ignored(search, dossier):
    with dossier.step("Avoir un nom sans accent, et une autre personne du même jour"):
        wanted, other = search.registers("cherchee", "meme-jour")
        name = search.accented(wanted.person.birth_name)
        typed = {"birth_date": wanted.person.birth_date, "name": name}

    with dossier.step("Chercher le nom en le saisissant avec des accents"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 9.1.1", "INS/va1.25.01.01", screen, "Recherche avec accents")

    expected = search.expecting(wanted, absent=[other])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)
