"""A target file is read whole, or every fault of it is told at once, in French."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.model.problems import ConfigurationProblem
from harness.model.profile import IdentityReference
from harness.targets.base import Capability
from harness.targets.configuration import load_target
from harness.targets.target import Target

FIXTURES = Path(__file__).parents[2] / "fixtures" / "targets"
MINIMAL = """
referentials = ["dmn-1.2.2"]
software = { vendor = "V", product = "P", version = "1" }
[profile]
identity_reference = "esclave"
ins_applicable = true
professional_access = false
patient_access = true
simple_declaration_only = false
printing = false
id_copies_stored = false
apcv = false
messaging = false
dmp_feeding = false
dmp_consultation = false
hosting = false
second_factor_for_all = true
"""
HTTP = """
[endpoints]
base_url = "https://dui.example.org"
[capabilities]
insi_call = "http"
[drivers.http]
credentials = { user = "u", secret = "env:SECRET" }
[drivers.http.operations.insi_call]
path = "/insi/{id}"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cible.toml"


def load(file: Path, text: str, **environ: str) -> Target:
    file.write_text(text, encoding="utf-8")
    return load_target(file, environ)


def faults(file: Path, text: str, **environ: str) -> str:
    with pytest.raises(ConfigurationProblem) as caught:
        load(file, text, **environ)
    return str(caught.value)


def test_minimal_file_gives_every_answer_of_the_profile(file: Path) -> None:
    target = load(file, MINIMAL)
    assert target.profile.identity_reference is IdentityReference.ESCLAVE
    assert target.profile.patient_access and not target.profile.printing
    assert target.name == "V P 1"
    assert target.settings().identity_reference == "esclave"


def test_byte_order_mark_of_windows_editors_is_accepted(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load_target(file, {}).name == "V P 1"


def test_secret_comes_from_the_environment_and_is_never_shown(file: Path) -> None:
    target = load(file, MINIMAL + HTTP, SECRET="très-secret")
    assert target.drivers.http.credentials.secret == "très-secret"
    assert target.secrets == ("très-secret",)
    assert "très-secret" not in repr(target)


def test_secret_written_in_the_file_is_refused_and_not_repeated(file: Path) -> None:
    told = faults(file, MINIMAL + HTTP.replace("env:SECRET", "en-clair-1234"))
    assert "drivers.http.credentials.secret" in told
    assert "env:NOM" in told
    assert "en-clair-1234" not in told


def test_secret_header_is_refused_as_well(file: Path) -> None:
    told = faults(
        file, MINIMAL + HTTP + 'headers = { "X-API-Key" = "en-clair-1234" }\n', SECRET="abcdef"
    )
    assert "drivers.http.operations.insi_call.headers.X-API-Key" in told


def test_absent_variable_is_named(file: Path) -> None:
    assert "SECRET est absente ou vide" in faults(file, MINIMAL + HTTP)


def test_too_short_secret_is_refused(file: Path) -> None:
    assert "moins de 4 caractères" in faults(file, MINIMAL + HTTP, SECRET="abc")


def test_answer_paths_named_like_secrets_are_not_secrets(file: Path) -> None:
    target = load(file, MINIMAL + HTTP + 'answer = { token = "a.b" }\n', SECRET="abcdef")
    assert target.drivers.http.operations["insi_call"].answer["token"] == "a.b"


@pytest.mark.parametrize("profile", ["", "[profile]\n"])
def test_empty_profile_is_refused(file: Path, profile: str) -> None:
    head = MINIMAL.partition("[profile]")[0]
    assert "le banc testerait zéro exigence" in faults(file, head + profile)


def test_every_answer_of_the_profile_must_be_given(file: Path) -> None:
    told = faults(file, MINIMAL.replace("hosting = false\n", ""))
    assert "profile.hosting : réponse absente" in told
    assert "1 faute" in told


def test_all_faults_are_told_at_once_with_near_matches(file: Path) -> None:
    text = MINIMAL.replace("printing = false", 'printing = "non"\nprintng = true').replace(
        "dmn-1.2.2", "dmn-1.2"
    )
    told = faults(
        file,
        text + '[endpoints]\nbase_urll = "x"\n[capabilities]\nidentitees = "fhir"\n'
        '[simulators]\nports = { insi = "8443" }\n[delays]\ndefault = "vite"\n',
    )
    assert 'profile.printing : "non" : true ou false attendu' in told
    assert "profile.printng : clé inconnue ; vouliez-vous « printing » ?" in told
    assert 'referentials[0] : "dmn-1.2"' in told and "vouliez-vous « dmn-1.2.2 » ?" in told
    assert "endpoints.base_urll : clé inconnue ; vouliez-vous « base_url » ?" in told
    assert "vouliez-vous « identities » ?" in told
    assert 'simulators.ports.insi : "8443" : un nombre entier est attendu' in told
    assert 'delays.default : "vite" : un nombre est attendu' in told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[endpoints]\nbase_url = "dui.example.org"\n', "https://hôte[:port] est attendue"),
        ('[endpoints]\nmllp = "dui.example.org"\n', "hôte:port est attendu"),
        ('[endpoints]\nmllp = "dui.example.org:99999"\n', "port de 1 à 65535"),
        ('[endpoints]\nca_file = "absent.pem"\n', "ce fichier n'existe pas"),
        ('[capabilities]\nidentities = "fihr"\n', "vouliez-vous « fhir » ?"),
        ('[capabilities]\nintake = "fhir"\n', "n'offre pas cette capacité"),
        ('[capabilities]\nidentities = "fhir"\n', "endpoints.base_url : clé absente"),
        ('[capabilities]\nintake = "hl7v2"\n', "endpoints.mllp : clé absente"),
        ("[delays]\nscreen = 3\n", "vouliez-vous « screens » ?"),
        ("[delays]\nscreens = 0\n", "de 0 (exclu) à 3600"),
        ('[simulators]\nbind = "localhost"\n', "une adresse IP est attendue"),
        ("[simulators]\nports = { insi = 70000 }\n", "un port de 0 à 65535"),
        ("[simulators]\nports = { insi = 8443, mllp = 8443 }\n", "déjà pris par"),
        ('[proxy]\nhttp = "proxy:3128"\n', "http://hôte:port est attendu"),
        (
            '[drivers.http.operations.reed]\npath = "x"\nanswer = { id = "a..b[" }\n',
            "chemin illisible",
        ),
        (
            '[identities.a]\nbirth_name = "A"\nbirth_given_names = ["B"]\nbirth_date = '
            '"1990-01-01"\nsex = "F"\nbirth_place_code = "63220"\noid = "1.2.250.1.213.1.4.8"\n',
            "l'OID de personnes réelles",
        ),
    ],
)
def test_incoherence_is_told(file: Path, text: str, expected: str) -> None:
    assert expected in faults(file, MINIMAL + text)


def test_accounts_of_other_profiles_are_known_roles(file: Path) -> None:
    text = '[drivers.http.users.patron]\nuser = "p"\nsecret = "env:SECRET"\n'
    assert "drivers.http.users.patron : rôle inconnu ; second, sans_acces" in faults(
        file, MINIMAL + text, SECRET="abcdef"
    )
    text = '[capabilities]\nrights = "http"\n[endpoints]\nbase_url = "https://a.example.org"\n'
    assert 'drivers.http.users : table absente ; capabilities.rights = "http"' in faults(
        file, MINIMAL + text, SECRET="abcdef"
    )


def test_driver_http_needs_its_operation(file: Path) -> None:
    told = faults(file, MINIMAL + HTTP.replace("insi_call = ", "accounts = "), SECRET="abcdef")
    assert "drivers.http.operations.account_create : table absente" in told


def test_malformed_toml_names_the_line(file: Path) -> None:
    told = faults(file, 'a = 1\nb = "x\n')
    assert "n'est pas du TOML valide" in told and "ligne 2" in told


def test_file_that_is_not_utf8_names_the_line(file: Path) -> None:
    file.write_bytes('a = 1\nb = "é"\n'.encode("latin-1"))
    with pytest.raises(ConfigurationProblem, match="ligne 2 : l'octet 0xE9"):
        load_target(file)


def test_missing_file_suggests_a_neighbour(tmp_path: Path) -> None:
    (tmp_path / "cible.toml").touch()
    with pytest.raises(ConfigurationProblem, match=r"vouliez-vous .*cible\.toml \?"):
        load_target(tmp_path / "cibl.toml")
    with pytest.raises(ConfigurationProblem, match="est un dossier"):
        load_target(tmp_path)


def test_empty_file_is_told(file: Path) -> None:
    told = faults(file, "")
    assert "software" in told and "[profile]" in told


def test_template_loads_and_its_first_ten_lines_suffice(file: Path) -> None:
    template = (FIXTURES / "modele.toml").read_text(encoding="utf-8")
    whole = load(file, template)
    begun = load(file, "\n".join(template.splitlines()[:10]))
    assert begun.profile == whole.profile
    assert begun.capabilities[Capability.INTAKE] == "hl7v2"


def test_demo_targets_load_once_the_demo_runs(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    environ = {
        "BANC_DEMO_URL": "https://127.0.0.1:8443",
        "BANC_DEMO_MLLP": "127.0.0.1:2575",
        "BANC_DEMO_CA": str(authority),
        "BANC_DEMO_USER": "pro.martin",
        "BANC_DEMO_PASSWORD": "mot-de-passe",
    }
    demo = load_target(FIXTURES / "demo.toml", environ)
    slave = load_target(FIXTURES / "demo-dmn-esclave.toml", environ)
    assert set(demo.capabilities) == set(Capability)
    assert demo.referentials == ("dmn-1.2.2", "segur-dui")
    assert Capability.IDENTITIES not in slave.capabilities
    assert slave.profile.identity_reference is IdentityReference.ESCLAVE
    assert slave.profile.patient_access and slave.referentials == ("dmn-1.2.2",)


def test_relative_files_are_relative_to_the_target_file(file: Path) -> None:
    (file.parent / "racine.pem").touch()
    target = load(file, MINIMAL + '[endpoints]\nca_file = "racine.pem"\n')
    assert target.endpoints.ca_file == file.parent / "racine.pem"


def test_fixed_identities_become_persons(file: Path) -> None:
    text = (
        '[identities.durand]\nbirth_name = "DURAND"\nbirth_given_names = ["ANNE", "MARIE"]\n'
        'birth_date = "1979-03-28"\nsex = "F"\nbirth_place_code = "63220"\n'
    )
    person = load(file, MINIMAL + text).fixed_persons()["durand"]
    assert person.first_birth_given_name == "ANNE"
    assert person.key == "durand"


def test_delays_fall_back(file: Path) -> None:
    target = load(file, MINIMAL + "[delays]\ndefault = 7\nscreens = 30\n")
    assert target.delay(Capability.SCREENS) == 30
    assert target.delay(Capability.SEARCH) == 7
    assert target.delay("connect") == 5
