"""INS 1, INS/va1.56 — une date de naissance impossible est refusée."""

import pytest

from harness import requirement, scenario

pytestmark = requirement("INS 1", "INS/va1.01", "INS/va1.56")

IMPOSSIBLE = {"jour-32": "1979-05-32", "jour-00": "1979-05-00", "mois-13": "1979-13-05"}


@pytest.mark.parametrize("birth_date", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
@scenario("INS 1.3", "INS/va1.56.03", "Jour hors 1-31 ou mois hors 1-12 refusé", only="ri")
def test_impossible_birth_date_is_refused(identities, dossier, birth_date):
    with dossier.step("Créer d'abord une identité dont la date est possible"):
        control = identities.attempt("durand-camille")

    with dossier.step("Tenter la création avec la date impossible"):
        refused = identities.attempt("homonyme-a", birth_date=birth_date)
        dossier.proof("INS 1.3.1", "INS/va1.56.03.01", refused.releve, "Réponse du logiciel")

    dossier.verify("IDN-04", attempt=refused.releve, control=control.releve)
