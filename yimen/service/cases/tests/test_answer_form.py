"""The item's form as people fill it in: conditions, tables, what is kept, what is said of a mistake."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from yimen.service.cases.forms.questions import AnswerForm, known_of, posted, wants_more

TEAHOUSE: dict[str, Any] = {
    "title": "公共场所卫生许可申请表",
    "sections": [
        {
            "key": "place",
            "title": "您的经营场所",
            "fields": [
                {"key": "owner", "kind": "text", "label": "经营者", "prefill": "name", "required": True},
                {"key": "licence", "kind": "credit_code", "label": "信用代码", "prefill": "credit_code"},
                {"key": "area", "kind": "decimal", "label": "经营面积", "unit": "平方米", "required": True},
                {"key": "air", "kind": "yes_no", "label": "用集中空调吗？", "required": True},
                {
                    "key": "air_report", "kind": "text", "label": "检测报告编号", "required": True,
                    "show_if": ["==", "air", "yes"],
                },
            ],
        },
        {
            "key": "people",
            "title": "从业人员",
            "fields": [
                {
                    "key": "staff", "kind": "table", "label": "名单", "required": True, "longest": 3,
                    "columns": [
                        {"key": "name", "label": "姓名", "required": True},
                        {"key": "since", "kind": "date", "label": "入职日期"},
                    ],
                },
            ],
        },
    ],
}  # fmt: skip


def sent(text: str) -> dict[str, Any]:
    return posted(TEAHOUSE, QueryDict(text))


WHOLE = "owner=李明&area=86.5&air=no&staff.0.name=王𠮷&staff.0.since=2026-10-12"


def test_a_whole_form_goes_on_and_keeps_rare_characters() -> None:
    form = AnswerForm(TEAHOUSE, raw=sent(WHOLE))
    assert form.may_go_on
    assert form.answers == {
        "owner": "李明", "area": "86.50", "air": "no", "staff": [{"name": "王𠮷", "since": "2026-10-12"}],
    }  # fmt: skip


def test_a_choice_asks_further_questions_without_complaint() -> None:
    asked = ["owner", "licence", "area", "air", "staff"]
    form = AnswerForm(TEAHOUSE, raw=sent(WHOLE.replace("air=no", "air=yes")), asked_before=asked)
    assert not form.errors
    assert not form.may_go_on
    assert [question.key for question in form.new] == ["air_report"]


def test_a_question_that_was_asked_before_and_left_empty_is_told() -> None:
    asked = ["owner", "licence", "area", "air", "air_report", "staff"]
    form = AnswerForm(TEAHOUSE, raw=sent(WHOLE.replace("air=no", "air=yes")), asked_before=asked)
    assert form.errors["air_report"] == ["请填写“检测报告编号”。"]


def test_a_hidden_question_is_not_drawn_and_its_answer_dropped() -> None:
    form = AnswerForm(TEAHOUSE, raw=sent(WHOLE + "&air_report=QH-1"))
    assert "air_report" not in form.fields
    assert "air_report" not in form.answers


def test_a_mistake_comes_back_as_it_was_typed_and_the_rest_is_kept() -> None:
    form = AnswerForm(TEAHOUSE, raw=sent(WHOLE.replace("86.5", "八十六")))
    assert form.errors["area"] == ["“经营面积”应是数字，如 12.5。"]
    assert 'value="八十六"' in str(form["area"])
    assert form.answers["owner"] == "李明"


def test_what_the_file_knows_cannot_be_said_otherwise() -> None:
    known = known_of(TEAHOUSE, {"name": "李明", "credit_code": "91519911MA0000001B"})
    form = AnswerForm(TEAHOUSE, raw=sent(WHOLE.replace("李明", "钱进")), known=known)
    assert form.answers["owner"] == "李明"
    assert "readonly" in str(form["owner"])


def test_a_name_asked_as_contact_may_be_anybody() -> None:
    basic = {"title": "申请表", "sections": [{"key": "a", "title": "联系", "fields": [
        {"key": "contact_name", "kind": "text", "label": "联系人", "prefill": "name"}]}]}  # fmt: skip
    assert known_of(basic, {"name": "清河县一叶茶馆有限公司"}) == {}


def test_rows_are_added_and_taken_away_by_a_button() -> None:
    two = "staff.0.name=王芳&staff.1.name=赵强"
    assert [row.get("name") for row in sent(two + "&row=drop:staff:0")["staff"]] == ["赵强"]
    assert len(sent(two + "&row=add:staff")["staff"]) == 3
    assert wants_more(QueryDict("row=add:staff"))
    form = AnswerForm(TEAHOUSE, raw=sent(two + "&row=add:staff"), complete=False)
    assert "第 3 行" in str(form["staff"])
    assert 'value="add:staff"' not in str(form["staff"])


def test_a_mistake_in_a_row_names_the_row() -> None:
    form = AnswerForm(TEAHOUSE, raw=sent(WHOLE.replace("2026-10-12", "2026-02-30")))
    assert form.errors["staff"] == ["第 1 行：“入职日期”不是一个日期，请填成 2026-10-12 的样子。"]
    assert 'value="2026-02-30"' in str(form["staff"])


def test_a_megabyte_is_refused_at_its_field_and_the_page_stays_small() -> None:
    form = AnswerForm(TEAHOUSE, raw=sent(f"owner={'长' * 1_000_000}&area=1&air=no"))
    assert form.errors["owner"] == ["“经营者”最多 200 个字，现在有 1000000 个。"]
    assert len(str(form["owner"])) < 20_000


def test_characters_nobody_sees_are_refused_and_not_sent_back() -> None:
    form = AnswerForm(TEAHOUSE, raw=sent(f"owner=李%00明&area=1&air=no&staff.0.name={chr(0xD800)}"))
    assert "无法显示的字符" in form.errors["owner"][0]
    assert "\x00" not in str(form["owner"])


def test_a_draft_comes_back_filled_in() -> None:
    form = AnswerForm(TEAHOUSE, answers={"owner": "李明", "air": "yes", "staff": [{"name": "王芳"}]})
    assert not form.is_bound
    assert 'value="李明"' in str(form["owner"])
    assert "air_report" in form.fields
    assert 'value="王芳"' in str(form["staff"])
