"""Ask a model: a form, its answer, why, and whether it was right."""

import streamlit as st

from ui import answer, asking, choosing, drafts, finding, form, pasting, rows, session

PAGE = {"title": "Predict", "icon": ":material/bolt:", "order": 1}

choosing.reopen_case()
entry = choosing.choose_model()
signature = choosing.signature_of(entry)
choosing.draw_heading(entry, signature)
finding.draw(entry.ref, signature)
if rows.are_wanted():
    rows.draw(entry, signature)
    st.stop()
opened = asking.form_for(entry, signature)

question, reply = st.columns([5, 7], gap="large")
with question:
    with st.container(horizontal=True, vertical_alignment="center"):
        asking.draw_fillers(opened, signature)
        pasting.draw(opened, signature)
        asking.draw_origin(opened, signature)
    with st.form("predict_form"):
        values = form.draw(signature, opened.opened_with, opened.widget_key)
        is_pressed = st.form_submit_button(
            "Predict", type="primary", icon=":material/bolt:", width="stretch"
        )
with reply:
    if is_pressed:
        with st.spinner("Asking the model …", show_time=True):
            asking.press_predict(opened, signature, values)
    reply_now = st.session_state.get(session.ASKED)
    answer.draw(reply_now, opened, signature, values)

drafts.draw(opened, signature, st.query_params.get("case", ""))
asking.renew_key()
