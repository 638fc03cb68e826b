"""INS 34, INS 42, INS 43, INS 44 — le papier porte l'identité, et l'INS une fois qualifiée."""

import pytest

from harness import requirement, scenario

COMPULSORY = ("IMP-01", "IMP-06")


@pytest.mark.parametrize(
    "way",
    [{"from_insi": True}, {"verified": True}, {}],
    ids=["recuperee", "validee", "provisoire"],
)
@requirement("INS 34", "INS/va1.59")
@scenario(
    *("INS 34.2", "INS/va1.59.02"),
    "Le document d'une identité non qualifiée porte ses traits, sans matricule ni OID",
    only="ri",
)
def test_paper_withholds_the_ins_until_identity_is_qualified(identities, insi, dossier, way):
    insi.knows("durand-camille")

    with dossier.step("Constituer une identité non qualifiée"):
        patient = identities.create("durand-camille", **way)
        stored = identities.read(patient)
        proof = ("INS 34.2.1", "INS/va1.59.02.01")
        dossier.proof(*proof, identities.screen(patient), "Fiche, statut visible")

    with dossier.step("Imprimer un document de ce patient"):
        paper = identities.printed(patient)
        dossier.proof(*proof, paper, "Document imprimé, sans matricule, ni OID, ni DataMatrix")

    dossier.verify(paper, "IMP-03", "DM-11", *COMPULSORY, holder=stored)


@requirement("INS 42", "INS/va1.15")
@scenario(
    *("INS 42.1", "INS/va1.15.01"),
    "Le document d'une identité qualifiée porte ses traits et son matricule suivi de sa nature",
)
def test_paper_bears_the_minimal_identity(identities, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("apostrophe-et-traits-d-union")
        stored = identities.read(patient)
        dossier.attach(stored)

    with dossier.step("Imprimer un document de ce patient"):
        paper = identities.printed(patient)
        dossier.proof("INS 42.1.1", "INS/va1.15.01.01", paper, "Document, identité minimale")

    dossier.verify(paper, *COMPULSORY, "IMP-02", holder=stored)


@requirement("INS 43", "INS/va1.10")
@scenario(
    *("INS 43.1", "INS/va1.10.01"),
    "Les traits choisis par le réglage s'impriment",
)
def test_paper_bears_the_traits_that_the_setting_chooses(identities, screens, dossier):
    further = ("birth_given_names", "birth_place_code")
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("prenoms-multiples")
        stored = identities.read(patient)

    with dossier.step("Régler les traits imprimés en plus, puis imprimer"):
        identities.print_also(*further)
        settings = screens.settings()
        dossier.proof("INS 43.1.1", "INS/va1.10.01.01", settings, "Réglage")
        paper = identities.printed(patient)
        dossier.proof("INS 43.1.2", "INS/va1.10.01.01", paper, "Document imprimé")

    with dossier.step("Remettre le réglage comme il était"):
        identities.print_also()

    chosen = {"printed_traits": list(further)}
    dossier.verify(paper, *COMPULSORY, "IMP-05", holder=stored, expected=chosen)
    dossier.verify(settings.releve, "IHM-18", expected=chosen)


@requirement("INS 44", "INS/va1.03")
@scenario(
    *("INS 44.1", "INS/va1.03.01"),
    "Le document d'une identité qualifiée porte son DataMatrix INS",
)
def test_paper_bears_the_datamatrix_of_a_qualified_identity(identities, dossier):
    with dossier.step("Constituer une identité qualifiée"):
        patient = identities.qualified("apostrophe-et-traits-d-union")
        stored = identities.read(patient)
        dossier.attach(stored)

    with dossier.step("Imprimer un document de ce patient"):
        paper = identities.printed(patient)
        dossier.proof("INS 44.1.1", "INS/va1.03.01.01", paper, "Document et son DataMatrix INS")

    dossier.verify(
        paper,
        *("DM-01", "DM-02", "DM-03", "DM-04", "DM-05", "DM-06", "DM-07", "DM-08"),
        *("DM-10", "DM-11", "DM-12", "IMP-04"),
        holder=stored,
    )
    dossier.verify_whole("datamatrix", subject=paper, holder=stored)
