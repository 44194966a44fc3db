"""News is told once, to the right reader, in words whose gaps are checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from yimen.ground.kit.models import OutboxEvent
from yimen.ground.kit.moments import now
from yimen.ground.notices import rules, selectors, services
from yimen.ground.notices.models import Message, Sending
from yimen.ground.notices.rules import Template, TemplateError, UnsuitableMessage, register_template


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Template]:
    monkeypatch.setattr(rules, "_templates", {})
    template = Template("cases.accepted", "申请已受理", "您申请的“{item}”已受理，最晚 {due} 办结。")
    register_template(template)
    yield template


def told(cast: Any, **changed: Any) -> bool:
    given: dict[str, Any] = {
        "key": "case-accepted:C1",
        "template": "cases.accepted",
        "facts": {"item": "公共场所卫生许可 {due} 𠮷", "due": "10月12日"},
        "party_id": cast.parties["li"].pk,
        "link": "/my/matters/C1/",
    }
    return services.notify(**given | changed)


def test_the_same_news_is_told_once(cast: Any, accepted: Template) -> None:
    assert told(cast)
    assert not told(cast, facts={"item": "x", "due": "y"})
    message = Message.objects.get()
    assert message.body == "您申请的“公共场所卫生许可 {due} 𠮷”已受理，最晚 10月12日 办结。"
    assert selectors.unread(cast.actor("li")) == 1
    assert selectors.unread(cast.actor("qian")) == 0
    assert services.mark_read(actor=cast.actor("li"), at=now()) == 1
    assert selectors.unread(cast.actor("li")) == 0


@pytest.mark.parametrize("facts", [{}, {"item": "x"}, {"item": "x", "due": "y", "more": "z"}])
def test_facts_must_fit_the_gaps(cast: Any, accepted: Template, facts: dict[str, str]) -> None:
    with pytest.raises(TemplateError):
        told(cast, facts=facts)
    assert not Message.objects.exists()


def test_an_unknown_or_careless_template_is_refused(cast: Any, accepted: Template) -> None:
    with pytest.raises(TemplateError):
        told(cast, template="cases.gone")
    for body in ("{Item}", "{item", "{0}", "{item.name}"):
        with pytest.raises(TemplateError):
            register_template(Template("cases.other", "s", body))
    with pytest.raises(TemplateError):
        register_template(Template("cases.accepted", "another", "text"))
    register_template(accepted)


@pytest.mark.parametrize(
    "link", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil", "/" + "x" * 400]
)
def test_a_link_stays_inside(cast: Any, accepted: Template, link: str) -> None:
    with pytest.raises(UnsuitableMessage):
        told(cast, link=link)


def test_exactly_one_reader(cast: Any, accepted: Template) -> None:
    for wrong in ({"party_id": None}, {"account_id": cast.accounts["wang"].pk}):
        with pytest.raises(ValueError, match="exactly one reader"):
            told(cast, **wrong)


def test_without_a_mail_server_nothing_goes_out(cast: Any, accepted: Template, settings: Any) -> None:
    settings.EMAIL_URL = ""
    told(cast)
    assert not Sending.objects.exists()
    assert not OutboxEvent.objects.filter(name="notices.SendingDue").exists()


def test_the_inbox_shows_ones_own_messages_only(cast: Any, accepted: Template) -> None:
    told(cast)
    services.notify_account(key="k", account_id=cast.accounts["wang"].pk, subject="有新的办件", body="请及时处理。")
    li = cast.client("li")
    page = li.get("/my/notices/").content.decode()
    assert "申请已受理" in page and "有新的办件" not in page
    assert "未读" in page
    li.post("/notices/read/")
    assert "全部标为已读" not in li.get("/my/notices/").content.decode()
    assert "有新的办件" in cast.client("wang").get("/desk/notices/").content.decode()
    assert cast.client("wang").get("/my/notices/").status_code in (403, 404)
    assert cast.client("li").get("/desk/notices/").status_code in (403, 404)


def test_a_subject_is_one_line(cast: Any) -> None:
    services.notify_party(key="k", party_id=cast.parties["li"].pk, subject="您好\r\nBcc: all@example.cn", body="内容")
    assert Message.objects.get().subject == "您好 Bcc: all@example.cn"
