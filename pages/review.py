"""The cases that wait for a reviewer, one after the other from the keyboard, and how well reviewers agree."""

from ui import review

PAGE = {
    "title": "Review",
    "icon": ":material/rate_review:",
    "order": 3,
    "role": "reviewer",
    "count": "ui.review",
    "jump": "R",
}

review.draw()
