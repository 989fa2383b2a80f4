"""Under what is recorded of a case: where it was sent, what waits, and *Send again*."""

from __future__ import annotations

import streamlit as st

from feedback.deliveries import SERVER, WEBHOOK, DeliveryView, of_case, send_again
from mds_client.errors import MdsError
from ui import errors
from ui.session import services
from ui.text import plain


def draw(case_id: str) -> None:
    """A line for each target; nothing where nothing goes anywhere."""
    for each in _newest(of_case(services().sessions, case_id)):
        with st.container(horizontal=True, vertical_alignment="center", key=f"sent_{each.id}"):
            st.caption(plain(in_words(each)))
            is_resent = each.state == "waiting" and not each.attempts
            if not is_resent:
                st.button(
                    "Send again",
                    key=f"send_again_{each.id}",
                    type="tertiary",
                    on_click=_again,
                    args=(each.id,),
                )


def in_words(each: DeliveryView) -> str:
    """ "Sent to the model's server, 29 Nov 2026, 03:12 UTC."""
    target = "the model's server"
    if each.target != SERVER:
        target = f"the webhook {each.target.removeprefix(WEBHOOK)}"
    if each.state == "sent" and each.sent_at:
        return f"Sent to {target}, {each.sent_at:%-d %b %Y, %H:%M} UTC."
    if each.state == "waiting":
        times = f"{each.attempts} attempt{'' if each.attempts == 1 else 's'}"
        tries = f" {times} so far. {each.words}" if each.attempts else ""
        return f"Waits to be sent to {target}.{tries}"
    return f"Not sent to {target}. {each.words}"


def _newest(found: list[DeliveryView]) -> list[DeliveryView]:
    """The newest for each target: what was said before it has been replaced."""
    return list({each.target: each for each in reversed(found)}.values())


def _again(delivery_id: str) -> None:
    try:
        send_again(services().sessions, delivery_id)
    except MdsError as error:
        errors.show(error)
        return
    st.toast("It is sent within a minute.", icon=":material/send:")
