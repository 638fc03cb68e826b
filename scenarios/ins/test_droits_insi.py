"""INS 6, INS/va1.32 — un profil sans droit d'appeler INSi ne l'appelle pas."""

from harness import requirement, scenario

pytestmark = requirement("INS 6", "INS/va1.32")


@scenario("INS 6.1", "INS/va1.32.01", "L'appel à INSi est fermé à un profil sans ce droit")
def test_insi_is_closed_without_the_right(rights, identities, insi, dossier):
    insi.knows("durand-camille")
    insi.knows("prenoms-multiples")
    insi.knows("corse-2a")

    with dossier.step("Montrer le réglage du droit d'appeler INSi"):
        settings = rights.settings()
        dossier.proof("INS 6.1.1", "INS/va1.32.01.01", settings, "Réglage du droit d'appeler INSi")

    with dossier.step("Appeler INSi avec le droit (jumeau permis)"):
        twin = identities.create("durand-camille")
        permitted = identities.call_insi(twin)

    with dossier.step("Tenter l'appel sous un profil qui accède à l'identité, sans ce droit"):
        closed = identities.create("prenoms-multiples")
        dossier.attach(rights.answer("read", closed, by="sans_insi"))
        refused = rights.call_insi(closed, by="sans_insi")

    with dossier.step("Appeler INSi pour une troisième personne (repère)"):
        marker = identities.create("corse-2a")
        identities.call_insi(marker)
        calls = rights.calls_to_insi()
        dossier.attach(calls)

    dossier.verify(settings.releve, "IHM-13", expected={"rights": ["INSi"]})
    dossier.verify(
        "AUT-03",
        attempt=refused.releve,
        control=permitted.releve,
        calls=calls,
        expected=rights.silence(forbidden=closed, twin=twin, marker=marker),
    )
