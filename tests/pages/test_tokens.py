"""API tokens on the page You."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

import services
from people.tokens import authenticate, make


def test_a_token_is_shown_once_and_taken_back(built: services.Services, app: AppTest) -> None:
    make(built.sessions, person="bob", name="his", scopes=["read"], days=1, most_days=9)
    page = app.switch_page("../pages/you.py").run()
    assert not page.exception
    page.text_input(key="token_name").set_value("nightly *job*")
    page.button(key="FormSubmitter:token_form-Make the token").click().run()
    assert not page.exception
    (secret,) = [code.value for code in page.code]
    found = authenticate(built.sessions, secret)
    assert found.name == "nightly *job*"
    page.button(key="token_copied").click().run()
    assert not page.code
    assert "new_token" not in page.session_state
    said = [line.value for line in page.markdown]
    assert any("nightly \\*job\\*" in line and "last used" in line for line in said)
    assert not any("his" in line.split() for line in said)
    page.button(key=f"token_revoke_{found.id}").click().run()
    assert any("revoked" in line.value for line in page.markdown)
    assert [b for b in page.button if (b.key or "").startswith("token_revoke")] == []


def test_what_a_token_lacks_is_said_and_the_form_stays(
    built: services.Services, app: AppTest
) -> None:
    services.install(replace(built, settings=built.settings.model_copy(update={"token_days": 3.0})))
    page = app.switch_page("../pages/you.py").run()
    assert page.selectbox(key="token_days").options == ["3 days"]
    page.button(key="FormSubmitter:token_form-Make the token").click().run()
    assert "needs a name" in page.error[0].value
    assert page.text_input(key="token_name").value == ""
