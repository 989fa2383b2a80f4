"""Exactly what was sent and what came back."""

from __future__ import annotations

import contextlib
import hashlib
import json

import streamlit as st

from cases.queries import CaseView, Wire, wire
from mds_client.client.snippets import Snippet, snippets
from mds_client.errors import MdsError
from mds_client.signature import FILE_KINDS, ModelRef, Signature
from mds_client.transport.exchange import Exchange
from ui import model_picker, sensitive
from ui.session import services
from ui.text import plain

_MOST_SHOWN = 20_000
KEY = "technical"


@st.fragment
def draw(case: CaseView) -> None:
    """The case as the record has it, read once somebody opens it: to colour code takes a browser longer than an answer."""
    box = st.expander("Technical", icon=":material/code:", key=KEY, on_change="rerun")
    if not box.open:
        return
    with box:
        st.table({name: plain(fact) for name, fact in _facts(case).items()} | _address(case))
        if sensitive.is_hidden(case):
            st.caption(
                "The request has sensitive values: **Show** on the page of the case shows them."
            )
            return
        crossed = wire(services().sessions, case.id)
        if crossed is None:
            return
        _draw_same_call(case, crossed)
        for title, body in (("Sent", crossed.request), ("Came back", crossed.response)):
            st.markdown(f"**{title}**")
            st.code(_readable(body.text) or "nothing", language="json", wrap_lines=True)


def _draw_same_call(case: CaseView, crossed: Wire) -> None:
    """The call as programs to run elsewhere; nothing where the record has no whole request."""
    programs = same_call(case, crossed)
    if not programs:
        return
    st.markdown("**The same call**")
    for tab, program in zip(st.tabs([plain(p.title) for p in programs]), programs, strict=True):
        with tab:
            st.code(program.code, language=program.language, wrap_lines=True)
            if program.needs:
                st.caption(plain(f"It needs: {', '.join(program.needs)}."))


def same_call(case: CaseView, crossed: Wire) -> tuple[Snippet, ...]:
    """The call in every form there is for its server; none where the record has no whole request, or its server is gone."""
    body = crossed.request
    sent = body.text.encode()
    # A body that was cut, or is not text, is described in words and not there to send.
    if not case.url or body.is_truncated or hashlib.sha256(sent).hexdigest() != body.sha256:
        return ()
    try:
        client = services().catalogue.client(case.server)
        protocol = client.protocol()
    except (KeyError, MdsError):  # a server that is no longer configured, or is away
        return ()
    signature = _signature(case)
    values = case.inputs if signature and not _takes_files(signature) else None
    call = _exchange(case, crossed, sent)
    variables = _variables(case.server)
    return snippets(client.server, protocol, signature, call, values=values, variables=variables)


def _signature(case: CaseView) -> Signature | None:
    """What the model takes, if that is still what it took then."""
    ref = ModelRef(server=case.server, name=case.model, version=case.version_asked)
    entry = services().catalogue.find(ref)
    try:
        signature = model_picker.signature_of(entry) if entry else None
    except MdsError:  # its server is away, and never said
        return None
    return signature if signature and signature.fingerprint == case.signature_fingerprint else None


def _takes_files(signature: Signature) -> bool:
    return any(field.kind in FILE_KINDS for field in signature.inputs)


def _exchange(case: CaseView, crossed: Wire, sent: bytes) -> Exchange:
    return Exchange(
        method="POST",
        url=case.url,
        request_id=case.request_id,
        trace_id=case.trace_id,
        request_headers={name: str(value) for name, value in crossed.request_headers.items()},
        request_body=sent,
    )


def _variables(server: str) -> dict[str, str]:
    """The environment variables that the operator named for the headers of a server."""
    named = (s.headers_from_env for s in services().settings.servers if s.name == server)
    return next(named, {})


def _facts(case: CaseView) -> dict[str, str]:
    return {
        "Case": case.id,
        "Model": f"{case.server}/{case.model}",
        "Version that answered": case.version or "not stated",
        "Request id": case.request_id,
        "HTTP status": str(case.http_status or "no answer"),
        "Time": _time(case),
    }


def _time(case: CaseView) -> str:
    """How long it took: on the wire, with everything around it, and how often it was sent."""
    if case.seconds_wire is None:
        return "nothing was sent"
    times = f", sent {case.attempts} times" if (case.attempts or 1) > 1 else ""
    whole = f"{case.seconds_total * 1000:,.0f} ms in all"
    return f"{case.seconds_wire * 1000:,.0f} ms on the wire{times}, {whole}"


def _address(case: CaseView) -> dict[str, str]:
    """As code: as text, its beginning would become a link."""
    return {"Address": f"`{case.url.replace('`', '%60')}`" if case.url else "nothing was sent"}


def _readable(body: str) -> str:
    with contextlib.suppress(ValueError):
        body = json.dumps(json.loads(body), indent=1, ensure_ascii=False)
    return body[:_MOST_SHOWN] + ("\n… (shortened)" if len(body) > _MOST_SHOWN else "")
