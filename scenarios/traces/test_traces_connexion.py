"""SSI/IAM.90, SSI/IAM.91 — connexions et vie des comptes sont dans les traces exportées."""

from harness import requirement, scenario


@requirement("SSI/IAM.90", "SSI/IAM.91")
@scenario(
    "SSI/IAM.90.01",
    "SSI/IAM.91.03",
    "Connexion refusée, connexion, déconnexion : extraites dans un format standard",
)
def test_sign_ins_are_extracted_in_a_standard_format(audit, dossier):
    with dossier.step("Exporter les traces dans un format standard"):
        audit.begin(standard=True)
        user, password = audit.known_user()

    with dossier.step("Se tromper de mot de passe, se connecter, se déconnecter"):
        audit.sign_in(user, password, wrong=True)
        visitor = audit.sign_in(user, password)
        audit.sign_out(visitor, user)

    with dossier.step("Exporter les traces"):
        exports = audit.exported()
        dossier.proof("SSI/IAM.90.01.01", "SSI/IAM.91.03.01", *exports.files, "Connexions tracées")

    dossier.verify(
        *("TRA-09", "TRA-12", "TRA-13", "TRA-14", "TRA-17", "TRA-19", "TRA-20", "TRA-24"),
        *("TRA-25", "TRA-28", "TRA-29"),
        expected={**exports.expected, "standard": True},
        **exports.roles,
    )


@requirement("SSI/IAM.91")
@scenario("SSI/IAM.91.02", "Droits retirés puis rendus à un utilisateur : qui, quand, lesquels")
def test_changes_of_rights_are_traced(audit, dossier):
    with dossier.step("Exporter les traces"):
        audit.begin()

    with dossier.step("Retirer des droits à un utilisateur, puis les lui rendre"):
        audit.change_rights()

    with dossier.step("Exporter les traces"):
        exports = audit.exported()
        dossier.proof("SSI/IAM.91.02.01", *exports.files, "Changements de droits tracés")

    dossier.verify(
        *("TRA-09", "TRA-13", "TRA-19", "TRA-20", "TRA-25", "TRA-29"),
        expected=exports.expected,
        **exports.roles,
    )


@requirement("SSI/IAM.91")
@scenario(
    *("SSI/IAM.91.01", "SSI/IAM.91.02", "SSI/IAM.91.04"),
    "Attributs, profil et mot de passe d'un compte changés : chacun est tracé, même refusé",
)
def test_life_of_an_account_is_traced(audit, people, dossier):
    with dossier.step("Ouvrir le compte d'un professionnel, exporter les traces"):
        account = people.professional()
        audit.begin()

    with dossier.step("Changer son adresse, puis son profil"):
        audit.change_attributes(account)
        audit.give_profile(account, "infirmier")

    with dossier.step("Se connecter, se tromper d'ancien mot de passe, puis le changer"):
        visitor = audit.sign_in(account.login, account.password)
        audit.change_password(visitor, account, wrong=True)
        audit.change_password(visitor, account)

    with dossier.step("Exporter les traces"):
        exports = audit.exported()
        dossier.proof("SSI/IAM.91.01.01", "SSI/IAM.91.02.01", *exports.files, "Compte : traces")
        dossier.proof("SSI/IAM.91.04.01", *exports.files, "Mot de passe : traces")

    dossier.verify(
        *("TRA-09", "TRA-13", "TRA-17", "TRA-19", "TRA-20", "TRA-25", "TRA-29"),
        expected=exports.expected,
        **exports.roles,
    )
