"""Who is asking, in which role, and which models may be seen."""

from ui import people, session

PAGE = {
    "title": "You",
    "icon": ":material/person:",
    "order": 9,
    "role": "analyst",
    "is_person": True,
    "jump": "Y",
}

people.draw(session.viewer())
