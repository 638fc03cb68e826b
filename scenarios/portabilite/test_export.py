"""PORT 1 — l'export contient tout ce qui a été saisi, en formats ouverts, et dit où."""

from harness import requirement, scenario

pytestmark = requirement("PORT 1")
DOCUMENTED = ("POR-02", "POR-03", "POR-05")


@scenario("PORT 1.1", "L'export contient l'identité qualifiée saisie, et sa documentation")
def test_export_holds_the_identity_and_is_documented(identities, exports, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("apostrophe-et-traits-d-union")
        stored = identities.read(patient)
        dossier.attach(stored)

    with dossier.step("Exporter les données, avec leur documentation"):
        archive = exports.take()
        guide = exports.documentation()
        dossier.attach(archive, *guide.values(), *exports.guides(archive))

    expected = exports.entered((patient, stored))
    dossier.verify(archive, "POR-01", *DOCUMENTED, expected=expected, **guide)
    exports.judge_transfers(dossier, archive)


@scenario(
    "PORT 1.1",
    "L'export contient les identités non qualifiées, et l'historique de leur statut",
    only="ri",
)
def test_export_holds_what_was_entered_before_qualification(identities, insi, exports, dossier):
    insi.knows("durand-camille")

    with dossier.step("Constituer une identité récupérée et une identité provisoire"):
        retrieved = identities.create("durand-camille", from_insi=True)
        provisional = identities.create("nom-utilise")
        stored, other = identities.read(retrieved), identities.read(provisional)
        dossier.attach(stored, other)

    with dossier.step("Exporter les données"):
        archive = exports.take()
        dossier.attach(archive)

    expected = exports.entered((retrieved, stored), (provisional, other))
    dossier.verify(archive, "POR-01", "POR-04", holder=stored, expected=expected)
    exports.judge_transfers(dossier, archive)
