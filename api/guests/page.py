"""The HTML of guests: small, read on a phone, and with nothing in it of what a server or a person said that is not escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import quote

from api.guests.form import Control
from explanations.formatting import percent
from mds_client.prediction import Answer
from shows.runs import Stage

STYLE = """
:root { color-scheme: light dark; --muted: light-dark(#525c70, #aab4c6); --line: light-dark(#d5dae4, #364055);
  --link: light-dark(#1d4ed8, #8db4ff); --field: light-dark(#f3f5f9, #1d2535); }
body { margin: 0 auto; max-width: 560px; padding: 16px; font: 18px/1.4 system-ui, sans-serif;
  background: light-dark(#fff, #0f141d); color: light-dark(#141a26, #e9edf5); }
h1 { font-size: 26px; line-height: 1.2; margin: 8px 0 12px; } h2 { font-size: 20px; }
.answer { font-size: 44px; line-height: 1.1; font-weight: 700; color: var(--link); margin: 16px 0 4px; overflow-wrap: anywhere; }
.picture { display: block; width: 240px; max-width: 100%; max-height: 320px; object-fit: contain; object-position: left; margin: 0 0 12px; }
.wave { display: block; width: 100%; height: 72px; } .wave rect { fill: var(--muted); } .wave .found { fill: var(--link); }
audio { display: block; width: 100%; margin: 8px 0 12px; }
dl { margin: 0; } dt { color: var(--muted); font-size: 15px; } dd { margin: 0 0 8px; font-weight: 600; overflow-wrap: anywhere; }
form.votes { display: flex; gap: 12px; margin: 16px 0; }
button, .button { min-height: 52px; flex: 1; font: inherit; font-weight: 600; border-radius: 8px; border: 1px solid light-dark(#7f8ba1, #6c7990);
  background: var(--field); color: inherit; padding: 8px 16px; }
button[aria-pressed=true], button.main { background: light-dark(#1d4ed8, #2f6bea); border-color: transparent; color: #fff; }
label { display: block; margin: 12px 0 4px; }
input, select, textarea { box-sizing: border-box; width: 100%; min-height: 48px; font: inherit; padding: 8px 12px; border-radius: 8px;
  border: 1px solid light-dark(#7f8ba1, #6c7990); background: var(--field); color: inherit; }
a { color: var(--link); } .muted { color: var(--muted); font-size: 15px; }
.wrong { border-inline-start: 4px solid light-dark(#b42318, #ff9c92); padding-inline-start: 12px; }
.unusual { border-inline-start: 4px solid light-dark(#b54708, #fdb022); padding-inline-start: 12px; }
#said { scroll-margin-top: 16px; } #said:focus-visible { outline: none; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
"""
# Looks every two seconds whether another case is on the stage, or the show is over or open again; without it the link on the
# page does the same.
SCRIPT = """
const shown = document.body.dataset.shown;
setInterval(async () => {
  try {
    const answer = await fetch("/t/now", { cache: "no-store" });
    const now = answer.ok ? await answer.text() : String(answer.status);
    if (now !== shown && now !== "429") location.reload();
  } catch { /* no network for a moment */ }
}, 2000);
"""
STYLE_PATH, SCRIPT_PATH = "/t/style.css", "/t/follow.js"
PICTURE_PATH, SOUND_PATH = "/t/picture", "/t/sound"
_SEEN = "id=said tabindex=-1 autofocus"
FILES = (STYLE_PATH, SCRIPT_PATH)


def notice(sentence: str, advice: str, *, status: int | None = None) -> str:
    """A page that says one thing. With the `status` that it has, it looks whether there is another one to see."""
    shown = None if status is None else str(status)
    return _page("Show", f"<h1>{escape(sentence)}</h1><p>{escape(advice)}</p>", shown=shown)


def stage(
    found: Stage | None, said: bool | None, token: str, remark: str = "", *, may_try: bool = True
) -> str:
    """What is on the stage, and the vote. `said` is what this guest said of it; `may_try` whether the model can be asked on a phone."""
    if found is None:
        body = "<h1>The show begins soon.</h1><p>This page follows the stage.</p>"
        return _page("Show", body, shown=token)
    picture = ""
    if found.picture:
        address = escape(f"{PICTURE_PATH}?case={quote(found.case_id)}")
        picture = (
            f'<img class=picture src="{address}" alt="The picture that the model was asked about">'
        )
    inputs = "".join(f"<dt>{escape(n)}</dt><dd>{escape(v)}</dd>" for n, v in found.inputs)
    sure = f"<p>{percent(found.share)} likely</p>" if found.share is not None else ""
    voted = {
        True: "You voted: right. Press Wrong to change it.",
        False: "You voted: wrong. Press Right to change it.",
        None: "",
    }[said]
    way = '<p><a href="/t/try">Try the model yourself</a></p>' if may_try else ""
    told = f'<p role="status">{escape(remark or voted)}</p>'
    body = (
        f"<p class=muted>Case {found.place} of {found.count}</p><h1>{escape(found.question)}</h1>{picture}{_sound(found)}<dl>{inputs}</dl>"
        f"<p class=answer>{escape(found.answer)}</p>{sure}<h2>Is the model right?</h2>"
        f'<form class=votes method=post action="/t/vote"><input type=hidden name=case value="{escape(found.case_id)}">'
        f"{_vote('yes', 'Right', said is True)}{_vote('no', 'Wrong', said is False)}</form>{told}"
        f'{way}<p class=muted><a href="/t">Show what is on the stage now</a></p>'
    )
    return _page(found.question, body, shown=token)


def _sound(found: Stage) -> str:
    """The waveform, in blue where something was found, and a player of its beginning; empty where there is no sound."""
    if not found.sound or not found.peaks:
        return ""
    address = escape(f"{SOUND_PATH}?case={quote(found.case_id)}")
    said = (
        f"; {len(found.marked)} stretches in blue are what the model found" if found.marked else ""
    )
    return (
        f'<svg class=wave viewBox="0 0 {len(found.peaks)} 100" preserveAspectRatio=none role=img '
        f'aria-label="Waveform of the sound that the model was asked about{said}">{"".join(_bars(found))}</svg>'
        f'<audio controls preload=none src="{address}" aria-label="The sound"></audio>'
    )


def _bars(found: Stage) -> Iterator[str]:
    count = len(found.peaks)
    for place, peak in enumerate(found.peaks):
        middle, height = (place + 0.5) / count, max(float(peak), 2.0)
        kind = " class=found" if any(a <= middle <= b for a, b in found.marked) else ""
        yield f'<rect{kind} x="{place + 0.15:g}" y="{50 - height / 2:g}" width="0.7" height="{height:g}"/>'


def trial(
    question: str,
    controls: Sequence[Control],
    *,
    key: str,
    untyped: Sequence[str] = (),
    answer: Answer | None = None,
    problems: Sequence[str] = (),
    remarks: Sequence[str] = (),
) -> str:
    """The form of the model on the stage, with the answer to what was sent above it: that is in sight and has the focus. The
    `remarks` stand beside the answer: what is unusual about the values."""
    said = ""
    if answer is not None:
        sure = f"<p>{percent(answer.probability)} likely</p>" if answer.probability else ""
        unusual = "".join(f"<p class=unusual>{escape(each)}</p>" for each in remarks)
        said = f"<div role=status {_SEEN}><p class=answer>{escape(answer.headline[:200])}</p>{sure}{unusual}</div>"
    if problems:
        lines = "".join(f"<p>{escape(each)}</p>" for each in problems)
        said = f"<div role=alert class=wrong {_SEEN}>{lines}</div>"
    fields = "".join(each.html() for each in controls)
    body = (
        f'<h1>{escape(question)}</h1>{said}<form method=post action="/t/try#said">'
        f'<input type=hidden name=_key value="{escape(key)}">{fields}'
        f'{_kept(untyped)}<p><button class=main>Ask the model</button></p></form><p><a href="/t">Back to the stage</a></p>'
        "<p class=muted>What you ask here belongs to this show alone, and is deleted with it.</p>"
    )
    return _page(question, body)


def _kept(untyped: Sequence[str]) -> str:
    """What the form does not ask for."""
    if not untyped:
        return ""
    return f"<p class=muted>As in an example, for it cannot be typed here: {escape(', '.join(untyped))}.</p>"


def _vote(value: str, words: str, is_pressed: bool) -> str:
    pressed = str(is_pressed).lower()
    return f'<button name=right value={value} aria-pressed="{pressed}">{words}</button>'


def _page(title: str, body: str, shown: str | None = None) -> str:
    follow = "" if shown is None else f' data-shown="{escape(shown)}"'
    script = "" if shown is None else f'<script src="{SCRIPT_PATH}" defer></script>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="{STYLE_PATH}">{script}</head>'
        f"<body{follow}><main>{body}</main></body></html>"
    )
