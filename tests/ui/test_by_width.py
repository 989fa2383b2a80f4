"""The rows of a table as lines for a phone: every word is a word, and only what leads somewhere is a link."""

from __future__ import annotations

from ui.by_width import Line, html


def test_lines_are_links_only_where_they_lead_somewhere_and_draw_no_html() -> None:
    drawn = html(
        [
            Line(head="<b>A</b>", more=("one & two", ""), address='case?id="1'),
            Line(head="B", more=("three",)),
        ]
    )
    assert drawn == (
        '<div class="mds-lines"><a href="case?id=&quot;1" target="_self"><b>&lt;b&gt;A&lt;/b&gt;</b>'
        "<span>one &amp; two</span></a><div><b>B</b><span>three</span></div></div>"
    )
