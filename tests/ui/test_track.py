"""How sure a model is, on one track: words that add up, and nothing of a server as HTML."""

from __future__ import annotations

from ui.results import _track

GAP = "\N{NO-BREAK SPACE}"


def test_the_answer_is_on_the_track_and_the_others_under_it() -> None:
    drawn = _track.html({"Adelie": 0.86, "Gentoo": 0.09, "Chinstrap": 0.05})
    assert 'style="width:86.00%"' in drawn
    assert f"<b>Adelie</b><span>Gentoo: 9{GAP}%, Chinstrap: 5{GAP}%</span>" in drawn
    assert "Bar chart of probabilities: Adelie 86" in drawn


def test_many_others_are_summed() -> None:
    shares = {"4": 0.93, "7": 0.06, **{str(n): 0.01 / 8 for n in (0, 1, 2, 3, 5, 6, 8, 9)}}
    assert f"7: 6{GAP}%, 8 others together 1{GAP}%" in _track.html(shares)


def test_what_a_server_calls_a_class_is_text() -> None:
    drawn = _track.html({'<img src=x onerror="a">': 0.7, "</span><b>": 0.3})
    assert "<img" not in drawn
    assert "</span><b>" not in drawn
