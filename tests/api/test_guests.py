"""Guests of a show by plain requests: in by the code, two hundred votes, the model on the stage, and nothing else."""

from __future__ import annotations

import base64
import io
import re
import socket
import time
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from PIL import Image

import app
import services
from api import guests
from api.permissions import each, permission_of
from cases.queries import case, recent
from cases.workspaces import reset
from db.engine import close
from mds_client.signature import File
from people.permissions import GUEST, OPEN
from settings import ServerSettings, Settings
from shows import audience, runs, store
from tests.databases import sqlite_below
from tests.recorded import add_case
from ui.stage import heard, picture

SCRIPT = "<script>alert(1)</script>\"'&"


@dataclass(frozen=True, kw_only=True)
class Open:
    """A show that is open to an audience."""

    services: services.Services
    run: runs.RunView
    address: str
    case_id: str

    @property
    def link(self) -> str:
        return f"{self.address}/t/{self.run.code}"

    @contextmanager
    def phone(self) -> Iterator[httpx.Client]:
        """A phone that has scanned the code."""
        with httpx.Client(
            base_url=self.address, follow_redirects=True, trust_env=False, verify=False
        ) as phone:
            assert phone.get(f"/t/{self.run.code}").status_code == 200
            yield phone


@pytest.fixture(scope="module")
def built(mds_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[services.Services]:
    found = services.build(
        Settings(
            servers=[ServerSettings(name="demo", url=mds_url)],
            database_url=sqlite_below(tmp_path_factory.mktemp("guests")),
            audience_host="127.0.0.1",
            audience_port=0,
        ),
        guests.application(services.services),
    )
    found.catalogue.refresh()
    services.install(found)
    yield found
    found.close()
    close(found.sessions)


@pytest.fixture
def show(built: services.Services) -> Iterator[Open]:
    services.install(built)
    found = add_case(built.sessions, server="demo", model="penguins")
    kept = store.make(built.sessions, person="ann", name="Talk", case_ids=[found.id])
    run = runs.begin(built.sessions, kept, person="ann")
    stage = runs.Stage(
        case_id=found.id, server="demo", model="penguins", question=f"Which? {SCRIPT}",
        inputs=((f"Bill {SCRIPT}", SCRIPT),), answer=f"Adelie {SCRIPT}", share=0.86,
        values={"bill_length_mm": 41.25},
    )  # fmt: skip
    runs.put_on_stage(built.sessions, run, stage)
    run = runs.open_audience(built.sessions, run, person="ann")
    assert built.audience
    yield Open(services=built, run=run, address=built.audience.open(), case_id=found.id)
    built.audience.close()


@pytest.mark.slow
def test_two_hundred_phones_vote_and_each_counts_once(show: Open) -> None:
    data = [{"case": show.case_id, "right": "yes" if n % 4 else "no"} for n in range(200)]

    def vote(number: int) -> int:
        with httpx.Client(
            base_url=show.address, trust_env=False, verify=False, timeout=60
        ) as phone:
            entered = phone.get(f"/t/{show.run.code}")
            assert (entered.status_code, entered.headers["location"]) == (303, "/t")
            # Pressed twice, as people do.
            return min(phone.post("/t/vote", data=data[number]).status_code for _ in range(2))

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(vote, range(200))) == {303}
    found = audience.votes(show.services.sessions, show.run, show.case_id)
    assert found == audience.Votes(right=150, wrong=50)


def test_what_is_on_the_stage_is_escaped_and_bound(show: Open) -> None:
    with show.phone() as phone:
        page = phone.get("/t")
        assert SCRIPT not in page.text
        assert (
            page.text.count("&lt;script&gt;") == 5
        )  # the title, the question, an input, the answer
        assert "86" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        phone.get(f"/t/{show.run.code}")
        cookies = [c for c in phone.cookies.jar if c.name == "mds_guest"]
        assert [(c.path, c.has_nonstandard_attr("HttpOnly")) for c in cookies] == [("/t", True)]
        # A second scan of the same phone is the same guest.
        assert phone.post("/t/vote", data={"case": show.case_id, "right": "no"}).status_code == 200
        phone.get(f"/t/{show.run.code}")
        assert "You voted: wrong" in phone.get("/t").text


def test_a_phone_shows_the_picture_of_the_case_on_the_stage_and_no_other(show: Open) -> None:
    kept = File(name="x.png", media_type="image/png", data=_png())
    shown = cast(Any, SimpleNamespace(values={"page": None, "photo": kept}))
    run = runs.current(show.services.sessions, show.run.show_id)
    assert run
    found = runs.stage_of(run)
    assert found
    with show.phone() as phone:
        assert "<img" not in phone.get("/t").text
        assert phone.get(f"/t/picture?case={show.case_id}").status_code == 404
        with_picture = replace(found, picture=picture.small(shown))
        runs.put_on_stage(show.services.sessions, run, with_picture)
        page = phone.get("/t")
        assert page.text.count("<img") == 1
        (address,) = re.findall(r'<img class=picture src="([^"]+)" alt="The picture', page.text)
        assert address.startswith("/t/picture?")  # nothing from outside
        assert "img-src 'self'" in page.headers["content-security-policy"]
        sent = phone.get(unescape(address))
        assert sent.headers["content-type"] == "image/webp"
        small = Image.open(io.BytesIO(sent.content))
        assert small.size == (320, 160)
        assert not small.getexif()
        assert phone.get("/t/picture?case=another").status_code == 404
        assert "/t/try" in page.text
        # It would be asked about an example that nobody sees.
        runs.put_on_stage(show.services.sessions, run, replace(found, model="digits", version=""))
        assert "/t/try" not in phone.get("/t").text
        assert phone.get("/t/try").status_code == phone.post("/t/try", data={}).status_code == 404
        runs.put_on_stage(show.services.sessions, run, found)
    assert (
        httpx.get(
            f"{show.address}/t/picture?case={show.case_id}", trust_env=False, verify=False
        ).status_code
        == 403
    )
    assert picture.small(cast(Any, SimpleNamespace(values={"bill": 4.2, "photo": None}))) == ""


def test_a_phone_shows_and_plays_the_sound_of_the_case_on_the_stage(show: Open) -> None:
    """Loud in the second half, where the model found something; phones that ask for a part of the file get it."""
    half = np.zeros(24_000)
    values = np.concatenate([half, 0.5 * np.sin(np.arange(24_000) / 9)])
    kept = File(name="a.wav", media_type="audio/wav", data=_wav(values, 24_000))
    sounds = heard.small(cast(Any, SimpleNamespace(values={"note": "x", "sound": kept})))
    assert (len(sounds.peaks), sounds.seconds) == (64, 2.0)
    assert sounds.peaks[:32] == (0,) * 32
    assert min(sounds.peaks[32:]) > 95
    run = runs.current(show.services.sessions, show.run.show_id)
    assert run
    found = runs.stage_of(run)
    assert found
    on_stage = replace(found, sound=sounds.sound, peaks=sounds.peaks, marked=((0.5, 1.0),))
    with show.phone() as phone:
        assert "<audio" not in phone.get("/t").text
        runs.put_on_stage(show.services.sessions, run, on_stage)
        page = phone.get("/t")
        assert page.text.count("<rect") == 64
        assert page.text.count("<rect class=found") == 32
        assert "media-src 'self'" in page.headers["content-security-policy"]
        (address,) = re.findall(r'<audio controls preload=none src="([^"]+)"', page.text)
        whole = phone.get(unescape(address))
        assert whole.headers["content-type"] == "audio/wav"
        with wave.open(io.BytesIO(whole.content)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (
                8_000,
                1,
                16_000,
            )
        part = phone.get(unescape(address), headers={"Range": "bytes=0-1"})
        assert (part.status_code, part.content) == (206, b"RI")
        assert part.headers["content-range"] == f"bytes 0-1/{len(whole.content)}"
        rest = phone.get(unescape(address), headers={"Range": f"bytes={len(whole.content) - 3}-"})
        assert (rest.status_code, rest.content) == (206, whole.content[-3:])
        assert phone.get(unescape(address), headers={"Range": "bytes=99999999-"}).status_code == 416
        assert phone.get("/t/sound?case=another").status_code == 404
        runs.put_on_stage(show.services.sessions, run, replace(found, place=2))
        assert phone.get(unescape(address)).status_code == 404
    outside = f"{show.address}/t/sound?case={show.case_id}"
    assert httpx.get(outside, trust_env=False, verify=False).status_code == 403


@pytest.mark.parametrize("rate", [4_000, 8_000, 11_025, 44_100])
def test_a_long_sound_is_cut_and_small_at_any_rate(rate: int) -> None:
    kept = File(name="a.wav", media_type="audio/wav", data=_wav(np.ones(15 * rate), rate))
    sounds = heard.small(cast(Any, SimpleNamespace(values={"sound": kept})))
    assert len(base64.b64decode(sounds.sound)) < 97_000
    with wave.open(io.BytesIO(base64.b64decode(sounds.sound))) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(12, abs=0.01)
    assert heard.small(cast(Any, SimpleNamespace(values={"bill": 4.2}))).peaks == ()


def _wav(values: np.ndarray, rate: int) -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((values * 32_767).astype("<i2").tobytes())
    return stream.getvalue()


def _png() -> bytes:
    """A picture that says where it was taken."""
    facts, written = Image.Exif(), io.BytesIO()
    facts[0x010E] = "in the garden"
    Image.new("RGB", (800, 400), "teal").save(written, "PNG", exif=facts)
    return written.getvalue()


def test_the_model_on_the_stage_answers_guests_and_nothing_of_it_stays(show: Open) -> None:
    sessions = show.services.sessions
    with show.phone() as phone:
        form = phone.get("/t/try").text
        names = re.findall(r'name="(f_[^"]+)"', form)
        values = dict(re.findall(r'name="(f_[^"]+)"[^>]* value="([^"]*)"', form))
        assert values["f_bill_length_mm"] == "41.25"  # of the case on the stage, not of the example
        chosen = re.findall(r'<select id="(f_[^"]+)".*?<option value="([^"]*)" selected', form)
        sent = {**dict.fromkeys(names, ""), **values, **dict(chosen), "_key": "a" * 32}
        for _ in range(2):  # pressed twice: one case
            answered = phone.post("/t/try", data=sent)
            assert answered.status_code == 200
            assert re.search(r"class=answer>(Adelie|Gentoo|Chinstrap)<", answered.text)
            assert "id=said tabindex=-1 autofocus" in answered.text
            assert 'action="/t/try#said"' in answered.text
            assert "outside the usual range" not in answered.text
        unusual = phone.post("/t/try", data={**sent, "f_bill_length_mm": "99999", "_key": "b" * 32})
        said = re.search(r"<div role=status.*?</div>", unusual.text)
        assert said
        assert "class=answer" in said[0]
        assert "99999 is outside the usual range, " in said[0]
        number = next(name for name in values if name.endswith("_mm") or name.endswith("_g"))
        wrong = phone.post("/t/try", data={**sent, number: SCRIPT})
        assert wrong.status_code == 400
        assert "is not a number" in wrong.text
        assert SCRIPT not in wrong.text
    asked, _ = recent(sessions, purposes=("show",))
    assert (asked.workspace, asked.person) == (
        show.run.workspace,
        f"audience of {show.run.workspace}",
    )
    reset(show.services.operator_sessions(), show.run.workspace, person="ann")
    assert recent(sessions, purposes=("show",)) == []


def test_a_guest_reaches_nothing_but_the_show(show: Open) -> None:
    """Every route of the app, and of Streamlit, asked on the port of guests with a guest's cookie."""
    inside = [path for path, _ in each(app.ROUTES)]
    streamlit = [
        "/",
        "/_stcore/health",
        "/_stcore/stream",
        "/_stcore/metrics",
        "/static/index.html",
    ]
    cases = [f"/case?id={show.case_id}", f"/api/v1/cases/{show.case_id}", "/media/x", "/t/../me"]
    assert len(inside) > 20
    with show.phone() as phone:
        for path in (*inside, *streamlit, *cases, "//me", "/t/vote/x", "/T"):
            for method in ("GET", "POST"):
                answer = phone.request(method, re.sub(r"\{[^}]*\}", "x", path))
                assert answer.status_code == 404, (method, path, answer.status_code)
                assert "nothing here" in answer.text or "not open to an audience" in answer.text
        cookie = next(c.value for c in phone.cookies.jar if c.name == "mds_guest")
    seen = show.services.seen_by(runs.guest_viewer(show.run).scope)
    assert case(seen.sessions, show.case_id) is None
    assert recent(seen.sessions) == []
    assert seen.catalogue.entries() == []  # nothing was on the stage when this run was read
    with httpx.Client(base_url=show.address, trust_env=False, verify=False) as stranger:
        for path in ("/t", "/t/now", "/t/try"):
            assert stranger.get(path).status_code == 403
            forged = {"Cookie": f"mds_guest={cookie[:-1]}{'0' if cookie[-1] != '0' else '1'}"}
            assert stranger.get(path, headers=forged).status_code == 403
        assert stranger.post("/t/vote", data={"case": show.case_id}).status_code == 403
        # 429 where another test has just tried many wrong codes.
        assert stranger.get("/t/AAAAAAAA").status_code in (404, 429)
        assert stranger.get(f"/t/{quote(SCRIPT, safe='')}").status_code in (404, 429)
        # By another name, or from another site's page.
        assert stranger.get("/t", headers={"Host": "evil.example"}).status_code == 400
        elsewhere = {"Sec-Fetch-Site": "cross-site", "Cookie": f"mds_guest={cookie}"}
        assert stranger.post("/t/vote", headers=elsewhere).status_code == 403
        big = {"Cookie": f"mds_guest={cookie}"}
        assert stranger.post("/t/vote", headers=big, content=b"x" * 70_000).status_code == 413


@pytest.mark.slow
def test_wrong_codes_are_counted_and_a_closed_show_lets_nobody_in(show: Open) -> None:
    with (
        show.phone() as phone,
        httpx.Client(base_url=show.address, trust_env=False, verify=False) as stranger,
    ):
        assert phone.get("/t").status_code == 200
        statuses = {stranger.get(f"/t/WRONG{number}").status_code for number in range(80)}
        assert statuses == {404, 429}
        runs.close_audience(show.services.sessions, show.run, person="ann")
        assert phone.get("/t").status_code == 403
        assert phone.get(f"/t/{show.run.code}").status_code in (404, 429)
        assert show.services.audience
        show.services.audience.turn_away()
        for path in ("/t", f"/t/{show.run.code}", "/t/vote", "/me"):
            told = phone.get(path)
            assert (told.status_code, "This show has ended." in told.text) == (410, True)
        assert 'data-shown="410"' in told.text  # and looks whether it starts anew
        assert phone.get("/t/follow.js").status_code == 200
        assert phone.get("/t", headers={"Host": "evil.example"}).status_code == 400
        assert show.services.audience.open() == show.address
        assert phone.get("/t").status_code == 403
        show.services.audience.close()
        with pytest.raises(httpx.TransportError):
            httpx.get(show.link, trust_env=False, verify=False)


def test_every_route_of_guests_says_who_may_call_it(built: services.Services) -> None:
    found = {path: permission_of(route) for path, route in each(guests.routes(lambda: built))}
    assert {path for path, needed in found.items() if needed == OPEN} == {
        "/t/style.css",
        "/t/follow.js",
    }
    assert {needed for needed in found.values() if needed != OPEN} == {GUEST}


def test_the_port_of_ours_gives_way_and_a_named_one_does_not(built: services.Services) -> None:
    """As that of a demo that stepped over 8501, so that its workbench has 8502."""
    from shows.errors import AudienceNotOpened
    from shows.listener import Listener

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = built.settings.model_copy(update={"audience_port": port})
        with pytest.raises(AudienceNotOpened, match=str(port)):
            services._audience(settings, guests.application(lambda: built)).open()
        settings.model_fields_set.discard("audience_port")
        free: Listener = services._audience(settings, guests.application(lambda: built))
        address = free.open()
        assert port < int(address.rpartition(":")[2]) <= port + 20
        # Guests are served there, and told that it is not the address of these services.
        assert httpx.get(f"{address}/t/none", trust_env=False).status_code == 400
        free.close()


def test_an_address_that_lets_nobody_in_closes_after_a_while(built: services.Services) -> None:
    from shows.listener import Listener

    one = Listener(
        guests.application(lambda: built), host="127.0.0.1", port=0, farewell_seconds=0.05
    )
    address = one.open()
    one.turn_away()
    assert not one.is_open
    deadline = time.monotonic() + 10
    while _is_answered(address) and time.monotonic() < deadline:
        pass
    assert not _is_answered(address)


def _is_answered(address: str) -> bool:
    try:
        httpx.get(f"{address}/t", trust_env=False)
    except httpx.TransportError:
        return False
    return True


def test_an_address_that_is_taken_is_told(built: services.Services) -> None:
    from shows.errors import AudienceNotOpened
    from shows.listener import Listener

    one = Listener(guests.application(lambda: built), host="127.0.0.1", port=0)
    address = one.open()
    assert one.open() == address
    port = int(address.rpartition(":")[2])
    with pytest.raises(AudienceNotOpened, match=str(port)):
        Listener(guests.application(lambda: built), host="127.0.0.1", port=port).open()
    one.close()
    assert not one.is_open
