"""What can be done with a case: copy it, put its inputs into the form, ask the current version again."""

from __future__ import annotations

import uuid

import streamlit as st

from cases.repeats import ask_again
from cases.restored import lost
from cases.seen import may_look, note_look
from mds_client.signature import Signature, Values
from ui import model_picker, predict_form, session
from ui.cases import copies, filters, golden, hold, report, share
from ui.cases.opened import Opened, current_signature
from ui.session import services
from ui.shell import page_path
from ui.shows import making
from ui.text import plain


def draw(shown: Opened) -> None:
    """The actions in a row. Those that need the model are there while it is."""
    with st.container(horizontal=True, key="case_actions"):
        copies.draw(shown)
        share.draw(shown.case)
        report.draw(shown)
        hold.draw(shown.case)
        golden.draw_button(shown.case)
        making.draw_add(shown.case)
        making.draw_present(shown.case, "case_present")
        signature = current_signature(shown.current) if shown.current else None
        if signature is None:
            return
        is_draft = st.button("Use as a draft", icon=":material/edit_note:", key="case_draft")
        is_again = st.button(
            "Ask again",
            icon=":material/replay:",
            type="primary",
            key="case_again",
            help=plain(_words(shown, signature)),
        )
    values = model_picker.restored(shown.case, signature)
    if is_draft:
        _open_draft(shown, signature, values)
    if is_again:
        _ask_again(shown, signature, values)


def _words(shown: Opened, signature: Signature) -> str:
    then, now = shown.case.version, signature.model.version
    if now and now == then:
        return f"Asks version {now} again, which answered this case, and shows what is different."
    named = f"version {now}" if now else "the current version"
    return f"Asks {named} about the same inputs, and shows what is different."


def _open_draft(shown: Opened, signature: Signature, values: Values) -> None:
    """The form opens with the inputs, and with no answer beside them: that belongs to the case."""
    st.session_state.pop(session.ASKED, None)
    case = shown.case
    is_look = bool(case.sensitive) and may_look(services().sessions, case)
    if is_look:
        note_look(services().sessions, case, session.person())
    missing = tuple(lost(case, signature, values))
    predict_form.open_form(signature.model, values, missing=missing)
    st.switch_page(page_path("predict"), query_params={"model": str(signature.model)})


def _ask_again(shown: Opened, signature: Signature, values: Values) -> None:
    """Ask, and open the new case; where the current version wants something else, say what, and ask nothing."""
    if missing := lost(shown.case, signature, values):
        st.warning(
            plain(
                f"This case cannot be asked again as it was. Not kept with it: {', '.join(missing)}. "
                "Use it as a draft, and enter that once more."
            )
        )
        return
    problems = signature.check(values)
    if problems:
        titles = {field.name: field.title for field in signature.inputs}
        problem_lines = [
            f"- **{plain(titles.get(p.field, p.field))}**: {plain(p.sentence)}" for p in problems
        ]
        st.warning(
            "\n".join(
                [
                    "The current version cannot be asked with what was entered then:",
                    "",
                    *problem_lines,
                ]
            )
            + "\n\nUse it as a draft, and correct that."
        )
        return
    found = services()
    key = session.remembered(f"case_again_{shown.case.id}", lambda: uuid.uuid4().hex)
    with st.spinner("Asking the model …", show_time=True):
        asked = ask_again(
            found.model(signature.model, signature),
            values,
            of=shown.case,
            sessions=found.sessions,
            key=key,
            person=session.person(),
            keep_bytes=found.settings.kept_file_bytes,
            hash_key=found.hash_key,
        )
    st.session_state.pop(f"case_again_{shown.case.id}", None)
    back = st.query_params.get(filters.BACK, "")
    way_back = {filters.BACK: back} if back else {}
    st.switch_page(page_path("case"), query_params={"id": asked.case_id, **way_back})
