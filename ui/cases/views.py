"""Lists of cases under a name: opened by their link, kept, shared and taken away."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from cases.views import SavedViewView, keep, remove, saved, view
from mds_client.errors import MdsError
from ui import address, errors, session
from ui.cases import filters
from ui.cases.filters import Choices
from ui.session import services
from ui.shell import page_path
from ui.text import plain

VIEW = "view"


def open_linked() -> None:
    """Choose what the view of the link has. From then on the address holds the choices themselves."""
    wanted = st.query_params.get(VIEW)
    if not wanted:
        return
    saved_view = view(services().sessions, wanted)
    if saved_view is None:
        del st.query_params[VIEW]
        st.warning("There is no view under this link, or it is not shared with you.")
    elif filters.is_open():
        del st.query_params[VIEW]
        filters.set_all(saved_view.choices)
    else:  # a page that is opened takes its choices from the address
        choices = filters.address_of(urlencode(saved_view.choices))
        st.switch_page(page_path("cases"), query_params=choices)


def draw(choices: Choices) -> None:
    """A button that opens the views, and a form that keeps what is chosen now."""
    box = st.popover("Views", icon=":material/bookmark:", key="cases_views", on_change="rerun")
    if not box.open:
        return
    with box:
        me = session.person()
        views = saved(services().sessions, me)
        _draw_list("Yours", [each for each in views if each.person == me])
        _draw_list("Shared by others", [each for each in views if each.person != me])
        _draw_form(choices)


def _draw_list(heading: str, found: list[SavedViewView]) -> None:
    if not found:
        return
    st.markdown(f"**{heading}**")
    for each in found:
        with st.container(horizontal=True, vertical_alignment="center", key=f"view_{each.id}"):
            st.page_link(
                page_path("cases"), label=plain(_label(each)), query_params={VIEW: each.id}
            )
            if each.person == session.person():
                st.button(
                    "Delete",
                    key=f"view_remove_{each.id}",
                    icon=":material/delete:",
                    type="tertiary",
                    on_click=_remove,
                    args=(each.id,),
                )
        if each.is_shared:
            st.code(f"{address.base()}/cases?{VIEW}={each.id}", language=None)


def _label(each: SavedViewView) -> str:
    if each.person == session.person():
        return f"{each.name} (shared)" if each.is_shared else each.name
    return f"{each.name}, by {each.person}"


def _draw_form(choices: Choices) -> None:
    with st.form("view_form", border=False):
        filters_text = ", ".join(f"{name}: {value}" for name, value in choices.address.items())
        st.caption(plain(f"Keep what is chosen now: {filters_text or 'everything'}."))
        name = st.text_input("Name", key="view_name")
        is_shared = st.checkbox(
            "Shared with everybody",
            key="view_shared",
            help="Everybody who may see its model finds it here. It shows each only the cases that they may see.",
        )
        if st.form_submit_button("Keep the view", icon=":material/bookmark_add:"):
            _keep(choices, name or "", is_shared)


def _keep(choices: Choices, name: str, is_shared: bool) -> None:
    """Keep it, or say why not with the name still in the form."""
    try:
        keep(
            services().sessions,
            person=session.person(),
            name=name,
            choices=choices.address,
            is_shared=is_shared,
        )
    except MdsError as error:
        errors.show(error)
        return
    st.toast("The view is kept.", icon=":material/check:")
    st.rerun()


def _remove(view_id: str) -> None:
    remove(services().sessions, view_id, session.person())
