"""A fault in a table stops the load and names the file and the key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import harness.catalogue
from harness.catalogue import CatalogueError, load_catalogue

TABLES = Path(harness.catalogue.__file__).parent


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    shutil.copytree(TABLES, tmp_path / "tables", ignore=shutil.ignore_patterns("*.py", "__*"))
    return tmp_path / "tables"


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "said"),
    [
        ("dmn-1.2.2/adm.toml", 'how = "automatic"', 'how = "manuel"', "ADM 1.how", "manuel"),
        ("dmn-1.2.2/adm.toml", 'id = "ADM 1"', 'id = "ADM 1"\ntitel = "x"', "ADM 1.titel", "clé"),
        ("dmn-1.2.2/adm.toml", 'id = "ADM 1.1"', 'id = "ADM 2.1"', "ADM 2.1", "ADM 1.N"),
        ("dmn-1.2.2/adm.toml", '"ADM 1.1.1"', '"ADM 1.1.x"', "ADM 1.1.x", "ADM 1.1.N"),
        ("dmn-1.2.2/adm.toml", '"CAP"', '"PHOTO"', "ADM 1.1.1.nature", "PHOTO"),
        ("dmn-1.2.2/adm.toml", '"DMN-JSON"', '"RUMEUR"', "ADM 1", "RUMEUR"),
        ("dmn-1.2.2/adm.toml", '"copie tierce"', '"sûr"', "ADM 1", "sûr"),
        ("dmn-1.2.2/adm.toml", "derived_proofs = [[", "note = [[", "ADM 1.1.note", "clé"),
        ("dmn-1.2.2/port.toml", 'id = "PORT 1"', 'id = "ADM 1"', "ADM 1", "adm.toml"),
        ("dmn-1.2.2/ieu.toml", 'id = "IEU 10.2"', 'id = "IEU 10.1"', "IEU 10.1", "déjà"),
        ("dmn-1.2.2/psc.toml", '["PSC 5.1.2"', '["PSC 5.1.1"', "PSC 5.1.1", "déjà"),
        ("dmn-1.2.2/psc.toml", '"dmn-1.2.2"', '"dmn-1.2.3"', "PSC 1.referential", "dmn-1.2.2"),
        ("dmn-1.2.2/apcv.toml", 'profile = "ApCV"', 'profile = "APCV"', "ApCV 1.profile", "APCV"),
        ("segur-dui/ins-statuts.toml", '"INS 17.1"', '"INS 17.9"', "INS/va1.27.01", "INS 17.9"),
        ("segur-dui/ins-statuts.toml", '"INS 32"', '"INS 36"', "INS/va1.60", "INS 36"),
        ("segur-dui/a-importer.toml", "count = 37", 'count = "x"', "MSS/va1.count", "nombre"),
        ("applicabilite.toml", '"IEU 9.1"', '"IEU 9.9"', "ruling[1].ids", "IEU 9.9"),
        ("applicabilite.toml", '"sans-copies"', '"sans-rien"', "ruling[13].when", "sans-rien"),
    ],
)
def test_the_message_names_file_and_key(
    tables: Path, file: str, old: str, new: str, key: str, said: str
) -> None:
    path = tables / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tables)
    assert caught.value.key == key
    assert said in str(caught.value)


def test_bytes_that_are_not_toml_are_named(tables: Path) -> None:
    (tables / "dmn-1.2.2" / "adm.toml").write_bytes(b"\xff\xfe pas du TOML")
    with pytest.raises(CatalogueError, match=r"dmn-1\.2\.2/adm\.toml"):
        load_catalogue(tables)


def test_a_missing_rulings_file_is_named(tables: Path) -> None:
    (tables / "applicabilite.toml").unlink()
    with pytest.raises(CatalogueError, match=r"applicabilite\.toml"):
        load_catalogue(tables)


def test_an_untouched_copy_loads_like_the_original(tables: Path) -> None:
    assert load_catalogue(tables) == load_catalogue()
