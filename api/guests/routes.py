"""The routes of guests: in by the code, the stage, the vote, and the model on the stage."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from api.guests import form, page
from api.permissions import needs
from api.v1.rates import Rates
from cases.answers import answer_of
from cases.recording import predict_and_record
from cases.scenarios import NEVER
from db.errors import StorageError
from mds_client.errors import MdsError
from mds_client.prediction import Answer as ModelAnswer
from mds_client.signature import ModelRef, Signature
from people.permissions import GUEST, OPEN
from services import Services
from shows import audience, runs
from shows.audience import Guest
from shows.errors import AudienceClosed

COOKIE = "mds_guest"
MAX_BODY = 64 * 1024
# A minute: of one guest, of one address (a whole audience may come from one), and of all who try to guess a code.
VOTES_A_MINUTE, TRIES_A_MINUTE, LOOKS_A_MINUTE = 60, 20, 120
ENTRIES_A_MINUTE, WRONG_A_MINUTE = 600, 60
ALL_TRIES_A_MINUTE = 300
_KEY = re.compile(r"[0-9a-f]{32}")
_WAV, _SPAN = "audio/wav", re.compile(r"bytes=(\d{1,9})-(\d{0,9})")
Answer = Callable[[Guest, Mapping[str, str]], Response]


def routes(services: Callable[[], Services]) -> list[Route]:
    """Every route; each but the first and the two files is for who has a cookie of a run that is open."""
    found = _Guests(services)
    return [
        Route("/t", found.stage, methods=["GET"]),
        Route("/t/now", found.now, methods=["GET"]),
        Route(page.PICTURE_PATH, found.picture, methods=["GET"]),
        Route(page.SOUND_PATH, found.sound, methods=["GET"]),
        Route("/t/vote", found.vote, methods=["POST"]),
        Route("/t/try", found.trial, methods=["GET"]),
        Route("/t/try", found.ask, methods=["POST"]),
        Route(page.STYLE_PATH, _file(page.STYLE, "text/css")),
        Route(page.SCRIPT_PATH, _file(page.SCRIPT, "text/javascript")),
        Route("/t/{code}", found.enter, methods=["GET"]),
    ]


def _file(content: str, media_type: str) -> Callable[[Request], Response]:
    @needs(OPEN)
    def answer(_request: Request) -> Response:
        return Response(content, media_type=media_type)

    return answer


class _Guests:
    """What answers the routes. Each process counts by itself how often somebody asks."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services
        self._rates = Rates()
        self.enter = self._entering()
        self.stage = self._for_guest(self._stage, LOOKS_A_MINUTE)
        self.now = self._for_guest(self._now, LOOKS_A_MINUTE)
        self.picture = self._for_guest(self._picture, LOOKS_A_MINUTE)
        self.sound = self._for_guest(self._sound, LOOKS_A_MINUTE)
        self.vote = self._for_guest(self._vote, VOTES_A_MINUTE)
        self.trial = self._for_guest(self._trial, LOOKS_A_MINUTE)
        self.ask = self._for_guest(self._ask, TRIES_A_MINUTE)

    def _entering(self) -> Callable[[Request], Response]:
        """The code becomes a cookie at once, so that it stands in no address that is passed on."""

        @needs(GUEST)
        def answer(request: Request) -> Response:
            address = request.client.host if request.client else ""
            if self._rates.wait(f"enter {address}", ENTRIES_A_MINUTE):
                return _too_many()
            back = RedirectResponse("/t", status_code=303)
            try:
                if self._known(request):
                    return back
                run = runs.let_in(self._services().sessions, code=request.path_params["code"])
            except AudienceClosed as error:
                if self._rates.wait(f"wrong {address}", WRONG_A_MINUTE):
                    return _too_many()
                return HTMLResponse(page.notice(error.sentence, error.advice), 404)
            cookie = audience.cookie_of(audience.new_guest(run))
            hours = runs.AUDIENCE_HOURS * 3600
            is_secure = self._address().startswith("https:")
            back.set_cookie(
                COOKIE, cookie, max_age=hours, path="/t", httponly=True, samesite="strict", secure=is_secure
            )  # fmt: skip
            return back

        return answer

    def _known(self, request: Request) -> bool:
        """Whether they have come by this code before: a second scan is no second vote."""
        try:
            guest = audience.guest_of(self._services().sessions, request.cookies.get(COOKIE, ""))
        except AudienceClosed:
            return False
        code: str = request.path_params["code"]
        return guest.run.code == code.strip().upper()

    def _for_guest(
        self, answer: Answer, each_minute: int
    ) -> Callable[[Request], Awaitable[Response]]:
        @needs(GUEST)
        async def endpoint(request: Request) -> Response:
            sent = await _sent(request)
            if sent is None:
                return HTMLResponse(page.notice("That was too much to read.", "Send less."), 413)
            cookie = request.cookies.get(COOKIE, "")
            found = await to_thread.run_sync(self._answer, answer, each_minute, cookie, sent)
            return _part(found, request.headers.get("range", ""))

        return endpoint

    def _answer(
        self, answer: Answer, each_minute: int, cookie: str, sent: Mapping[str, str]
    ) -> Response:
        try:
            guest = audience.guest_of(self._services().sessions, cookie)
            if self._rates.wait(f"{answer.__name__} {guest.id}", each_minute):
                return _too_many()
            return answer(guest, sent)
        except AudienceClosed as error:
            return HTMLResponse(page.notice(error.sentence, error.advice, status=403), 403)
        except StorageError:
            words = page.notice("This did not work.", "Nothing was counted. Try again in a moment.")
            return HTMLResponse(words, 503)

    def _seen(self, guest: Guest) -> Services:
        return self._services().seen_by(runs.guest_viewer(guest.run).scope)

    def _address(self) -> str:
        found = self._services().audience
        return found.address if found else ""

    def _stage(self, guest: Guest, sent: Mapping[str, str]) -> Response:
        return self._shown(guest)

    def _shown(self, guest: Guest, remark: str = "") -> Response:
        found = runs.stage_of(guest.run)
        sessions = self._seen(guest).sessions
        said = audience.voted(sessions, guest, found.case_id) if found else None
        signature = self._signature(guest)
        may_try = signature is None or bool(form.controls(signature))
        return HTMLResponse(page.stage(found, said, _token(guest), remark, may_try=may_try))

    def _now(self, guest: Guest, sent: Mapping[str, str]) -> Response:
        return PlainTextResponse(_token(guest))

    def _picture(self, guest: Guest, sent: Mapping[str, str]) -> Response:
        """Of the case on the stage and no other: one that asks for the picture of before gets none."""
        found = runs.stage_of(guest.run)
        if found is None or not found.picture or sent.get("case") != found.case_id:
            return Response(status_code=404)
        return Response(base64.b64decode(found.picture), media_type="image/webp")

    def _sound(self, guest: Guest, sent: Mapping[str, str]) -> Response:
        """Of the case on the stage and no other."""
        found = runs.stage_of(guest.run)
        if found is None or not found.sound or sent.get("case") != found.case_id:
            return Response(status_code=404)
        return Response(base64.b64decode(found.sound), media_type=_WAV)

    def _vote(self, guest: Guest, sent: Mapping[str, str]) -> Response:
        right = sent.get("right", "")
        if right not in ("yes", "no"):
            return HTMLResponse(page.notice("Nothing was voted.", "Press Right or Wrong."), 400)
        sessions = self._seen(guest).sessions
        is_kept = audience.vote(
            sessions, guest, case_id=sent.get("case", ""), is_right=right == "yes"
        )
        if is_kept:
            return RedirectResponse("/t", status_code=303)
        return self._shown(guest, "The stage has moved on: vote on this case.")

    def _trial(self, guest: Guest, sent: Mapping[str, str]) -> Response:
        signature = self._signature(guest)
        if signature is None:
            return _not_there()
        stage = runs.stage_of(guest.run)
        filled = form.controls(signature, stage.values if stage else None)
        if not filled:  # it would be asked about an example that nobody sees
            return _not_typed()
        return HTMLResponse(self._form(guest, signature, filled))

    def _ask(self, guest: Guest, sent: Mapping[str, str]) -> Response:
        if self._rates.wait(f"tries {guest.run.workspace}", ALL_TRIES_A_MINUTE):
            return _too_many()
        signature = self._signature(guest)
        if signature is None:
            return _not_there()
        filled = form.typed(signature, sent)
        if not filled:
            return _not_typed()
        values, problems = form.values_of(signature, filled)
        answer = None
        if not problems:
            try:
                answer = self._asked(guest, signature, values, sent.get("_key", ""))
            except MdsError as error:
                problems = [error.sentence, error.advice]
        remarks = [] if answer is None else signature.remarks(values)
        words = self._form(guest, signature, filled, answer, problems, remarks)
        return HTMLResponse(words, 400 if problems else 200)

    def _form(
        self,
        guest: Guest,
        signature: Signature,
        filled: list[form.Control],
        answer: ModelAnswer | None = None,
        problems: Sequence[str] = (),
        remarks: Sequence[str] = (),
    ) -> str:
        return page.trial(
            signature.question or "Ask the model",
            filled,
            untyped=form.untyped(signature),
            key=audience.new_guest(guest.run).id,
            answer=answer,
            problems=problems,
            remarks=remarks,
        )

    def _asked(
        self, guest: Guest, signature: Signature, values: Mapping[str, object], key: str
    ) -> ModelAnswer | None:
        """The answer: a case of the show's workspace in the name of its audience. Raises MdsError."""
        found = self._seen(guest)
        own = key if _KEY.fullmatch(key) else audience.new_guest(guest.run).id
        digest = hashlib.sha256(f"{guest.run.workspace} {guest.id} {own}".encode()).hexdigest()
        recorded = predict_and_record(
            found.model(signature.model, signature),
            values,
            sessions=found.sessions,
            key=f"guest-{digest}"[:64],
            person=found.scope.person,
            audit=NEVER,
            purpose=runs.PURPOSE,
            workspace=guest.run.workspace,
            hash_key=found.hash_key,
        )
        if recorded.error:
            raise recorded.error
        return answer_of(recorded.case)

    def _signature(self, guest: Guest) -> Signature | None:
        """What the model on the stage takes; None where there is none, or nobody says."""
        stage, found = runs.stage_of(guest.run), self._seen(guest)
        if stage is None:
            return None
        named = ModelRef(server=stage.server, name=stage.model, version=stage.version)
        entry = found.catalogue.find(named) or found.catalogue.find(replace(named, version=""))
        try:
            return found.signature(entry) if entry else None
        except MdsError:
            return None


async def _sent(request: Request) -> dict[str, str] | None:
    """The fields of a form, or of the address; None where there is more than may be read."""
    if request.method != "POST":
        return dict(request.query_params)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            return None
    pairs = parse_qsl(
        body.decode("utf-8", "replace"),
        keep_blank_values=True,
        max_num_fields=500,
        errors="replace",
    )
    return dict(pairs)


def _part(found: Response, wanted: str) -> Response:
    """Of a sound the bytes that are wanted, as `bytes=0-1`: there are phones that play nothing else. All else as it is."""
    if found.media_type != _WAV or not (span := _SPAN.fullmatch(wanted)):
        return found
    body = bytes(found.body)
    first = int(span[1])
    last = min(int(span[2] or len(body)), len(body) - 1)
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(body)}"})
    told = {"Content-Range": f"bytes {first}-{last}/{len(body)}", "Accept-Ranges": "bytes"}
    return Response(body[first : last + 1], 206, told, _WAV)


def _token(guest: Guest) -> str:
    """What changes when the stage does."""
    words = repr(runs.stage_of(guest.run)).encode()
    return hashlib.sha256(words).hexdigest()[:16]


def _too_many() -> Response:
    words = page.notice("That was a little fast.", "Wait a moment, then go back.")
    return HTMLResponse(words, 429, headers={"Retry-After": "5"})


def _not_typed() -> Response:
    words = page.notice("What this model takes cannot be typed on a phone.", "Vote on the case.")
    return HTMLResponse(words, 404)


def _not_there() -> Response:
    words = page.notice("The model cannot be asked now.", "The stage goes on: vote there.")
    return HTMLResponse(words, 503)
