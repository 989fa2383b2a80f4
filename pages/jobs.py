"""What is computed for you in the background: how far it is, and where its results are."""

from ui.jobs import by_itself, mine, schedules

PAGE = {
    "title": "Jobs",
    "icon": ":material/progress_activity:",
    "order": 7,
    "role": "analyst",
    "is_listed": False,
    "count": "ui.jobs.mine",
    "jump": "O",
}

mine.draw()
schedules.draw()
by_itself.draw()
