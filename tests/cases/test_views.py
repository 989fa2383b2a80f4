"""Lists of cases under a name: one's own, and those that others share with who may see their model."""

from __future__ import annotations

import pytest

from cases.errors import ViewRefused
from cases.views import LONGEST_NAME, MOST_KEPT, keep, remove, saved, view
from db.engine import Sessions, limited
from db.scope import Models, Scope
from tests.recorded import NOT_THERE

ADA = Scope(person="ada", seen=(Models(server="shelf"),))
BOB = Scope(person="bob", seen=(Models(server="shelf"),))
EVE = Scope(person="eve", seen=(Models(server="bank"),))
FAILED = {"state": "failed"}
OF_SHELF = {"model": "shelf/penguins", "words": "Gentoo"}


def _names(sessions: Sessions, scope: Scope) -> list[str]:
    found = saved(limited(sessions, scope), scope.person)
    assert all(view(limited(sessions, scope), each.id) == each for each in found)
    return [each.name for each in found]


def test_a_view_is_mine_until_it_is_shared(sessions: Sessions) -> None:
    hers = limited(sessions, ADA)
    mine = keep(hers, person="ada", name=" Failed  ones ", choices=FAILED)
    keep(hers, person="ada", name="Gentoos", choices=OF_SHELF, is_shared=True)
    keep(hers, person="ada", name="All failed", choices=FAILED, is_shared=True)
    assert mine.name == "Failed ones"
    assert view(hers, mine.id) == mine
    assert view(hers, mine.id).choices == FAILED  # type: ignore[union-attr]
    assert _names(sessions, ADA) == ["All failed", "Failed ones", "Gentoos"]
    assert _names(sessions, BOB) == ["All failed", "Gentoos"]
    assert _names(sessions, EVE) == ["All failed"]  # nothing tells of a model that is not there
    assert view(limited(sessions, BOB), mine.id) is None


def test_a_name_is_kept_once_a_person_and_taken_away_by_its_owner(sessions: Sessions) -> None:
    keep(sessions, person="ada", name="Mine", choices=FAILED)
    second = keep(sessions, person="ada", name="Mine", choices=OF_SHELF, is_shared=True)
    keep(sessions, person="bob", name="Mine", choices=FAILED)
    assert saved(sessions, "ada")[0].id == second.id
    assert _names(sessions, ADA) == ["Mine"]
    remove(limited(sessions, BOB), second.id, "bob")
    remove(limited(sessions, ADA), NOT_THERE, "ada")
    assert _names(sessions, ADA) == ["Mine"]
    remove(limited(sessions, ADA), second.id, "ada")
    assert _names(sessions, ADA) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * (LONGEST_NAME + 1)])
def test_a_view_needs_a_name(sessions: Sessions, name: str) -> None:
    with pytest.raises(ViewRefused, match="name"):
        keep(sessions, person="ada", name=name, choices={})
    assert view(sessions, name) is None


def test_nobody_keeps_a_list_of_a_model_that_is_not_there_for_them(sessions: Sessions) -> None:
    with pytest.raises(ViewRefused, match="no such model"):
        keep(limited(sessions, EVE), person="eve", name="x", choices=OF_SHELF)


def test_so_many_are_kept(sessions: Sessions) -> None:
    for number in range(MOST_KEPT):
        keep(sessions, person="ada", name=str(number), choices={})
    with pytest.raises(ViewRefused, match="At most"):
        keep(sessions, person="ada", name="more", choices={})
    keep(sessions, person="bob", name="more", choices={})
