"""What people said on your cases and answered to you, until you have seen it."""

from ui import inbox

PAGE = {
    "title": "Inbox",
    "icon": ":material/inbox:",
    "order": 8,
    "role": "analyst",
    "count": "ui.inbox",
    "jump": "I",
}

inbox.draw()
