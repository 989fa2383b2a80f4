"""What a model takes and is called: look at it, correct it, try it, publish it."""

import streamlit as st

from ui import model_picker
from ui.signatures import background, draft, editing, files, form, publishing, sources, versions

PAGE = {
    "title": "Signature",
    "icon": ":material/edit_note:",
    "order": 8,
    "role": "reviewer",
    "section": "More",
    "jump": "S",
}

st.title("What does the model take?", anchor=False)
draft.return_to_last()
entry = model_picker.choose_model()
desk = draft.desk_for(entry)
draft.draw_news()

work, preview = st.columns([7, 5], gap="medium")
with work:
    fields, facts, rows, past, papers = st.tabs(
        ["Edit", "Sources", "Typical cases", "Versions", "Files"]
    )
    with fields:
        desk = editing.draw(desk)
        publishing.draw(desk)
    with facts:
        sources.draw(desk)
    with rows:
        background.draw(desk)
    with past:
        versions.draw(desk)
    with papers:
        files.draw(desk)
with preview:
    form.draw(desk)
