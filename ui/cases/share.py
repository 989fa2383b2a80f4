"""A link to a case for somebody else: made, listed, taken back, and opened."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import streamlit as st

from cases.errors import LinkRefused
from cases.queries import CaseView
from cases.shares import DAYS, Shared, may_share, open_link, revoke, share, shares
from mds_client.errors import MdsError
from ui import address, errors, session
from ui.session import services
from ui.text import plain

TOKEN = "share"  # noqa: S105 - the name of a parameter
_MADE = "case_link"  # the link that was made last, as long as its case is open


def open_case(case_id: str) -> str | None:
    """The id of the case of the link that was opened, else this one; None for a link that opens none, which is said.

    The token leaves the address at once: it is no part of what a person copies from there.
    """
    token = st.query_params.get(TOKEN)
    if not token:
        return case_id
    del st.query_params[TOKEN]
    try:
        return open_link(services().sessions, token=token, person=session.person())
    except LinkRefused as error:
        st.title("This link opens no case", anchor=False)
        st.warning(plain(f"{error.sentence} {error.advice}"))
        return None


def draw(case: CaseView) -> None:
    """A button that opens what there is to share; nothing for who may not."""
    if not may_share(services().scope, case):
        return
    box = st.popover("Share", icon=":material/share:", key="case_share", on_change="rerun")
    if not box.open:
        return
    with box:
        if services().scope.is_all and not services().settings.access:
            st.markdown("Everybody here may see every case: its address is enough.")
            st.code(f"{address.base()}/case?{urlencode({'id': case.id})}", language=None)
            return
        _draw_form(case)
        _draw_made(case)
        _draw_links(shares(services().sessions, case.id))


def _draw_form(case: CaseView) -> None:
    with st.form("case_share_form", border=False):
        to = st.text_input(
            "For whom",
            key="case_share_to",
            placeholder="whoever is signed in",
            help="Their sign-in name. Left empty, anybody who is signed in and has the link can open it.",
        )
        days = st.selectbox("For how long", DAYS, index=1, format_func=_days, key="case_share_days")
        st.caption("They must be allowed to see its model. A link shows this case alone.")
        if st.form_submit_button("Make a link", type="primary"):
            _make(case, to or "", days)


def _make(case: CaseView, to: str, days: int) -> None:
    """Make a link, or say why not with the name still in the form."""
    try:
        made, token = share(
            services().sessions, case_id=case.id, by=session.person(), to=to, days=days
        )
    except MdsError as error:
        errors.show(error)
        return
    query = urlencode({"id": case.id, TOKEN: token})
    st.session_state[_MADE] = (case.id, made.id, f"{address.base()}/case?{query}")


def _draw_made(case: CaseView) -> None:
    of, _, link = st.session_state.get(_MADE, ("", "", ""))
    if of == case.id:
        st.markdown("Copy the link now: it is not shown again.")
        st.code(link, language=None, wrap_lines=True)


def _draw_links(found: list[Shared]) -> None:
    """Those that still hold, each with a way to take it back."""
    now = datetime.now(UTC)
    for each in [link for link in found if link.is_open(now)]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(plain(_words(each)))
            st.button(
                "Take back",
                key=f"case_share_back_{each.share.id}",
                icon=":material/link_off:",
                on_click=_take_back,
                args=(each.share.id,),
            )


def _words(link: Shared) -> str:
    whom = f"For {link.share.person}" if link.share.person else "For whoever is signed in"
    opened = ", ".join(link.opened_by) or "nobody yet"
    return f"{whom}, until {link.share.expires_at:%-d %b %Y, %H:%M} UTC. Opened by {opened}."


def _take_back(share_id: str) -> None:
    revoke(services().sessions, share_id, by=session.person())
    if st.session_state.get(_MADE, ("", "", ""))[1] == share_id:
        del st.session_state[_MADE]


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"
