"""When items of the review queue came in, where they were put there later than what asks for them was known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from db.tables import Case, Feedback, ReviewItem


def date_back(session: Session, filled_at: datetime) -> int:
    """Give items that came in at that moment the one at which what asks for them was known: that somebody called the answer wrong, that
    another version answered, else that the case was asked. They wait as long as they would have; how many there are."""
    again = aliased(Case)
    flagged = (
        select(func.min(Feedback.created_at))
        .where(Feedback.case_id == Case.id, Feedback.is_current)
        .where(Feedback.judgement == "incorrect", Feedback.channel != "review")
        .correlate(Case)
        .scalar_subquery()
    )
    compared = (
        select(func.min(again.created_at))
        .where(again.parent_id == Case.id)
        .correlate(Case)
        .scalar_subquery()
    )
    columns = (ReviewItem.id, ReviewItem.reason, ReviewItem.expires_at, Case.created_at)
    query = (
        select(*columns, flagged, compared)
        .join(Case, Case.id == ReviewItem.case_id)
        .where(ReviewItem.created_at == filled_at)
    )
    dated = []
    for item_id, reason, expires_at, asked_at, flagged_at, compared_at in session.execute(query):
        known_at = {"flagged": flagged_at, "versions": compared_at}.get(reason) or asked_at
        until = expires_at - (filled_at - known_at)
        dated.append({"id": item_id, "created_at": known_at, "expires_at": until})
    if dated:
        session.execute(update(ReviewItem), dated)
    return len(dated)
