"""Ask a model: a form, its answer, why, and whether it was right."""

import streamlit as st

from ui import (
    drafts,
    first_call,
    form,
    frame,
    model_picker,
    predict_address,
    predict_form,
    prediction_panel,
    schema_discovery,
    session,
    tables,
)
from ui.batch import link
from ui.tables import pasting
from ui.what_if import mode, trying

PAGE = {"title": "Predict", "icon": ":material/bolt:", "order": 1, "role": "analyst", "jump": "P"}

predict_address.follow()
link.reopen()
with model_picker.bar():
    entry = model_picker.choose_model()
    signature = model_picker.signature_of(entry)
    is_file_wanted = tables.are_wanted()
model_picker.draw_heading(entry, signature)
schema_discovery.draw(entry.ref, signature)
if is_file_wanted:
    tables.draw(entry, signature)
    st.stop()
opened = predict_form.form_for(entry, signature)

if pinned := mode.pinned(opened):
    trying.draw(pinned)
else:
    question, reply = st.columns([5, 7], gap="large")
    with question:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="fillers"):
            predict_form.draw_fillers(opened, signature)
            pasting.draw(opened, signature)
            predict_form.draw_origin(opened, signature)
        with st.form("predict_form"):
            values = form.draw(signature, opened.opened_with, opened.widget_key)
            is_pressed = st.form_submit_button(
                "Predict", type="primary", icon=":material/bolt:", width="stretch"
            )
    with reply:
        if is_pressed:
            with st.spinner("Asking the model …", show_time=True):
                first_call.press(opened, signature, values)
        reply_now = st.session_state.get(session.ASKED)
        if not first_call.draw(opened, values):
            prediction_panel.draw(reply_now, opened, signature, values)
    drafts.draw(opened, signature, st.query_params.get("case", ""))

frame.draw_way_out()
predict_form.renew_key()
