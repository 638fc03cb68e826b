"""The arithmetic of the matricule in the embedded DUI, which is its own: Corsica included."""

from __future__ import annotations

import pytest

from demo_dui.identity import key_of, matricule_is_right, with_wrong_key


@pytest.mark.parametrize("department", ["2A", "2B", "20", "29", "75", "97", "99"])
def test_right_key_passes_and_any_single_change_fails(department: str) -> None:
    body = f"28407{department}004117"
    matricule = body + key_of(body)
    assert matricule_is_right(matricule)
    assert not matricule_is_right(with_wrong_key(matricule))
    for place in range(15):
        for sign in "0123456789ABa ٣":
            changed = matricule[:place] + sign + matricule[place + 1 :]
            assert matricule_is_right(changed) == (changed == matricule), changed


def test_letter_elsewhere_than_in_a_corsican_department_is_refused() -> None:
    assert not matricule_is_right("28407A200411793")
    assert not matricule_is_right("284072C00411793")
