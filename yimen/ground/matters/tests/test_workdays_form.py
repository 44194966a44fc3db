"""The working-day calculator asks for what its question needs; only what it does not use may be left out."""

from __future__ import annotations

import pytest
from django.test import Client

from yimen.ground.matters.forms import WorkdaysForm

pytestmark = pytest.mark.django_db
FIELDS = {"ask", "start", "end", "n", "unit"}


@pytest.mark.parametrize(("ask", "left_out"), [("forward", "end"), ("back", "start"), ("between", "n")])
def test_only_what_the_question_does_not_use_is_optional(ask: str, left_out: str) -> None:
    form = WorkdaysForm(initial={"ask": ask})
    assert {name for name in FIELDS if form[name].optional} == {left_out}  # type: ignore[attr-defined]  # our bound field
    assert "不用填" in form.fields[left_out].help_text


def test_the_page_marks_one_field_only_and_begins_with_something_sensible() -> None:
    page = Client().get("/workdays/").content.decode()
    assert page.count("可不填") == 1
    assert "可不选" not in page
    assert 'value="20"' in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("n=20", "请选起算日"), ("ask=forward&start=2026-09-24", "请填期限的天数"), ("ask=back&n=5", "请选到期日"),
        ("ask=between&start=2026-09-24", "请选到期日"), ("ask=between&start=2026-09-24&end=2026-09-01", "不能早于起算日"),
        ("ask=sideways&start=2026-09-24&n=5", "有 1 处"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_said(query: str, said: str) -> None:
    answer = Client().get(f"/workdays/?{query}")
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_an_address_without_question_or_unit_means_the_usual() -> None:
    answer = Client().get("/workdays/?start=2026-09-24&n=5")
    assert answer.status_code == 200
    assert "个工作日" in answer.content.decode()
