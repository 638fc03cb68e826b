"""INS 7 à 10, INS/va1.02, .41, .25 — la recherche trouve qui elle doit, et personne d'autre."""

from harness import requirement, scenario


@requirement("INS 7", "INS/va1.02")
@scenario("INS 7.1", "INS/va1.02.01", "Par la seule date de naissance : tous ceux de ce jour")
def test_birth_date_alone_lists_everybody_of_that_day(search, dossier):
    with dossier.step("Avoir deux personnes nées le même jour, et une d'un autre jour"):
        wanted, same_day, other_day = search.registers("cherchee", "meme-jour", "autre-jour")
        birth_date = wanted.person.birth_date

    with dossier.step("Chercher par la seule date de naissance"):
        answer = search.of(birth_date=birth_date)
        shown, screen = search.on_screen(birth_date=birth_date)
        dossier.proof("INS 7.1.1", "INS/va1.02.01.01", screen, "Recherche par date, et résultat")

    expected = search.expecting(wanted, same_day, absent=[other_day])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@requirement("INS 7", "INS/va1.02")
@scenario("INS 7.2", "INS/va1.02.02", "Avec les premières lettres du nom de naissance")
def test_beginning_of_the_birth_name(search, dossier):
    with dossier.step("Avoir la personne cherchée, une du même jour, une du même nom"):
        wanted, same_day, other_day = search.registers("cherchee", "meme-jour", "autre-jour")
        letters = search.beginning(wanted.person, "birth_name", unlike=[same_day])
        typed = {"birth_date": wanted.person.birth_date, "name": letters}

    with dossier.step("Chercher par la date et les premières lettres du nom de naissance"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 7.2.1", "INS/va1.02.02.01", screen, "Recherche et résultat")

    expected = search.expecting(wanted, absent=[same_day, other_day])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@requirement("INS 7", "INS/va1.02")
@scenario("INS 7.3", "INS/va1.02.03", "Avec les premières lettres du nom utilisé")
def test_beginning_of_the_used_name(search, dossier):
    with dossier.step("Avoir la personne cherchée, une du même jour, une du même nom utilisé"):
        wanted, same_day, other_day = search.registers("cherchee", "meme-jour", "autre-jour")
        letters = search.beginning(wanted.person, "used_name", unlike=[same_day])
        typed = {"birth_date": wanted.person.birth_date, "name": letters}

    with dossier.step("Chercher par la date et les premières lettres du nom utilisé"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 7.3.1", "INS/va1.02.03.01", screen, "Recherche et résultat")

    expected = search.expecting(wanted, absent=[same_day, other_day])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@requirement("INS 7", "INS/va1.02")
@scenario("INS 7.4", "INS/va1.02.04", "Avec les premières lettres du prénom de naissance")
def test_beginning_of_the_birth_given_name(search, dossier):
    with dossier.step("Avoir la personne cherchée, une du même jour, une du même prénom"):
        wanted, same_day, other_day = search.registers("cherchee", "meme-jour", "autre-jour")
        letters = search.beginning(wanted.person, "first_birth_given_name", unlike=[same_day])
        typed = {"birth_date": wanted.person.birth_date, "given_name": letters}

    with dossier.step("Chercher par la date et les premières lettres du prénom de naissance"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 7.4.1", "INS/va1.02.04.01", screen, "Recherche et résultat")

    expected = search.expecting(wanted, absent=[same_day, other_day])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@requirement("INS 7", "INS/va1.02")
@scenario("INS 7.5", "INS/va1.02.05", "Avec les premières lettres du prénom utilisé")
def test_beginning_of_the_used_given_name(search, dossier):
    with dossier.step("Avoir la personne cherchée, une du même jour, une du même prénom utilisé"):
        wanted, same_day, other_day = search.registers("cherchee", "meme-jour", "autre-jour")
        letters = search.beginning(wanted.person, "used_given_name", unlike=[same_day])
        typed = {"birth_date": wanted.person.birth_date, "given_name": letters}

    with dossier.step("Chercher par la date et les premières lettres du prénom utilisé"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 7.5.1", "INS/va1.02.05.01", screen, "Recherche et résultat")

    expected = search.expecting(wanted, absent=[same_day, other_day])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@requirement("INS 10")
@scenario("INS 10.1", "Un nom se cherche sans distinguer nom de naissance et nom utilisé")
def test_birth_and_used_names_are_not_told_apart(search, dossier):
    with dossier.step("Avoir un même nom, de naissance chez l'une, utilisé chez l'autre"):
        born, used, other = search.registers("cherchee", "meme-nom-utilise", "meme-jour")
        letters = search.beginning(born.person, "birth_name", unlike=[other])
        typed = {"birth_date": born.person.birth_date, "name": letters}

    with dossier.step("Chercher ce nom"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 10.1.1", screen, "Les deux personnes, par le nom de l'une et de l'autre")

    expected = search.expecting(born, used, absent=[other])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)


@requirement("INS 10")
@scenario("INS 10.2", "Un prénom se cherche dans la liste, comme premier ou comme prénom utilisé")
def test_given_names_are_not_told_apart(search, dossier):
    with dossier.step("Avoir un même prénom : premier, utilisé, et second de la liste"):
        first, used, second, other = search.registers(
            "cherchee", "meme-nom-utilise", "meme-second-prenom", "meme-jour"
        )
        letters = search.beginning(first.person, "first_birth_given_name", unlike=[other])
        typed = {"birth_date": first.person.birth_date, "given_name": letters}

    with dossier.step("Chercher ce prénom"):
        answer = search.of(**typed)
        shown, screen = search.on_screen(**typed)
        dossier.proof("INS 10.2.1", screen, "Les trois personnes qui portent ce prénom")

    expected = search.expecting(first, used, second, absent=[other])
    dossier.verify("IDN-27", search=answer.releve, expected=expected)
    dossier.verify("IDN-27", search=shown.releve, expected=expected)
