"""What is kept and for how long, and everything about a person or a business key: taken out, and erased."""

from ui import data, session

PAGE = {
    "title": "Data",
    "icon": ":material/database:",
    "order": 8,
    "role": "operator",
    "section": "More",
    "jump": "D",
}

data.draw(session.services())
