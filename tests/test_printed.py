"""Printed pages: tables keep their words whole as long as the page holds them."""

from __future__ import annotations

from printed.frame import cells, document, facts


def test_words_of_a_table_break_only_where_the_page_would_not_hold_it() -> None:
    page = document("Report", cells([["v1", "x" * 30]], ["Version", "Cases"]), facts([("a", "b")]))
    assert '<th scope="col" class="whole">Version</th>' in page
    assert f'<td class="any">{"x" * 30}</td>' in page
    many = cells([["1"] * 12], ["Chinstrap"] * 12)
    assert 'class="whole"' not in many
    assert ".whole { overflow-wrap: break-word; }" in page


def test_an_empty_table_is_one() -> None:
    assert cells([]) == "<table></table>"
