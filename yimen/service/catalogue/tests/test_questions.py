"""Application forms: what is asked, what an answer means, what is said when it cannot be used."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yimen.service.catalogue.rules import questions
from yimen.service.catalogue.rules.basic_form import BASIC_FORM
from yimen.service.catalogue.rules.form_rows import from_rows, to_rows
from yimen.service.catalogue.rules.questions import KIND_LABELS, clean_answers, prefilled, shown_answers, visible_fields
from yimen.service.catalogue.tests.conftest import FORM

GOOD = {"shop_name": "清河𠮷䶮茶馆", "area": "120.5", "uses_air": "no"}


def one(kind: str, **more: Any) -> dict[str, Any]:
    """A form of one required field `x`."""
    field = {"key": "x", "kind": kind, "label": "这一项", "required": True, **more}
    return {"title": "表", "sections": [{"key": "s", "title": "一", "fields": [field]}]}


AB = [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]
UID = "0b1f9f3e-6a3c-4e86-9d7c-000000000001"


@pytest.mark.parametrize(
    ("kind", "more", "raw", "value"),
    [
        ("text", {}, "  𠮷䶮 ", "𠮷䶮"),
        ("long_text", {}, "一\r\n二", "一\n二"),
        ("id_number", {}, "11010519491231002x", "11010519491231002X"),
        ("credit_code", {}, "12441500196720244t", "12441500196720244T"),
        ("phone", {}, "138 1234 2671", "13812342671"),
        ("phone", {}, "0990－6312208", "0990-6312208"),
        ("email", {}, "a@b.cn", "a@b.cn"),
        ("date", {}, "2026年2月28日", "2026-02-28"),
        ("integer", {}, "１２", 12),
        ("decimal", {}, "1,234.5", "1234.50"),
        ("amount", {}, "12.5", "12.50"),
        ("choice", {"choices": AB}, "a", "a"),
        ("multi_choice", {"choices": AB}, ["b", "a", "b"], ["a", "b"]),
        ("yes_no", {}, "是", "yes"),
        ("region", {}, "511602", "511602000000"),
        ("address", {}, "东街 12 号", "东街 12 号"),
        ("file", {}, [UID], [UID]),
        (
            "table",
            {"columns": [{"key": "n", "label": "姓名", "required": True}]},
            [{"n": "李明"}, {"n": " "}],
            [{"n": "李明"}],
        ),
    ],
)
def test_each_kind_reads_what_people_type(kind: str, more: dict[str, Any], raw: Any, value: Any) -> None:
    assert clean_answers(one(kind, **more), {"x": raw}) == ({"x": value}, {})


@pytest.mark.parametrize(
    ("kind", "more", "raw", "said"),
    [
        ("text", {}, "", "请填写“这一项”"),
        ("text", {"longest": 3}, "四个字了", "最多 3 个字，现在有 4 个"),
        ("text", {}, "a\x00b", "无法显示的字符"),
        ("text", {}, "\ud800", "无法显示的字符"),
        ("text", {}, {"a": 1}, "看不懂"),
        ("id_number", {}, "110105194912310021", "没有通过校验"),
        ("id_number", {}, "1101", "应为 18 位，现在是 4 位"),
        ("credit_code", {}, "12441500196720244A", "没有通过校验"),
        ("phone", {}, "12", "不像电话号码"),
        ("email", {}, "a@b", "不像电子邮箱"),
        ("date", {}, "2026-02-30", "不是一个日期"),
        ("date", {}, "0000-01-01", "不是一个日期"),
        ("date", {"least": "2026-01-01"}, "2025-12-31", "应在 2026-01-01 到"),
        ("date", {}, "9999-01-01", "应在"),
        ("integer", {}, "1.5", "应是整数"),
        ("integer", {"most": "9"}, "10", "不能大于 9"),
        ("decimal", {}, "NaN", "应是数字"),
        ("decimal", {}, "1e9", "应是数字"),
        ("amount", {}, "1.234", "最多 2 位小数"),
        ("amount", {}, "-1", "不能是负数"),
        ("choice", {"choices": AB}, "c", "不在选项中"),
        ("choice", {"choices": AB}, "", "请选择"),
        ("multi_choice", {"choices": AB, "shortest": 2}, ["a"], "至少 2 项"),
        ("yes_no", {}, "maybe", "选“是”或“否”"),
        ("region", {}, "河北", "从列表中选择"),
        ("file", {}, ["../../etc/passwd"], "文件找不到"),
        ("table", {"columns": [{"key": "n", "label": "姓名"}]}, "x", "表格看不懂"),
        ("table", {"columns": [{"key": "n", "label": "姓名"}]}, [], "至少填 1 行"),
    ],
)
def test_each_kind_says_what_to_type_instead(kind: str, more: dict[str, Any], raw: Any, said: str) -> None:
    answers, errors = clean_answers(one(kind, **more), {"x": raw})
    assert said in errors["x"]
    assert "x" not in answers or answers["x"] == []


def test_a_mistake_in_a_table_names_row_and_column() -> None:
    form = one(
        "table",
        columns=[{"key": "n", "label": "姓名", "required": True}, {"key": "p", "kind": "phone", "label": "电话"}],
    )
    _, errors = clean_answers(form, {"x": [{"n": "李明", "p": "13812342671"}, {"p": "1"}]})
    assert set(errors) == {"x.1.n", "x.1.p"}


def test_what_is_hidden_is_not_asked_and_dropped() -> None:
    answers, errors = clean_answers(FORM, {**GOOD, "air_kind": "wind"})
    assert errors == {}
    assert "air_kind" not in answers
    assert [field.key for field in visible_fields(FORM, answers)] == ["shop_name", "area", "uses_air"]


def test_what_is_shown_must_be_answered() -> None:
    _, errors = clean_answers(FORM, {**GOOD, "uses_air": "yes"})
    assert set(errors) == {"air_kind"}


def test_a_draft_may_have_gaps_but_no_nonsense() -> None:
    answers, errors = clean_answers(FORM, {"area": "x"}, draft=True)
    assert set(errors) == {"area"}
    assert answers == {}


def test_a_hidden_answer_opens_nothing() -> None:
    form = copy.deepcopy(FORM)
    form["sections"][0]["fields"].append(
        {"key": "wind_power", "kind": "text", "label": "风量", "show_if": ["==", "air_kind", "wind"]}
    )
    answers, _ = clean_answers(form, {**GOOD, "air_kind": "wind", "wind_power": "大"})
    assert "wind_power" not in answers


def test_prefill_takes_from_the_persons_file() -> None:
    assert prefilled(FORM, {"name": "一叶茶馆", "phone": "1"}) == {"shop_name": "一叶茶馆"}


def test_answers_in_words() -> None:
    answers, _ = clean_answers(FORM, {**GOOD, "uses_air": "yes", "air_kind": "wind"})
    assert shown_answers(FORM, answers) == [
        (
            "场所",
            [("场所名称", "清河𠮷䶮茶馆"), ("面积", "120.50 平方米"), ("用集中空调吗", "是"), ("空调种类", "全空气")],
        )
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "shop_name"}, "出现了两次"),
        ({"show_if": ["==", "later", "1"]}, "不在前面"),
        ({"kind": "choice"}, "没有选项"),
        ({"kind": "magic"}, "取值不在允许范围内"),
        ({"key": "大写"}, "写法不对"),
        ({"colour": "red"}, "不认识的内容"),
        ({"least": "abc", "kind": "integer"}, "上下限"),
        ({"show_if": ["boom"]}, "不认识的条件"),
    ],
)
def test_a_faulty_definition_is_told_in_words(change: dict[str, Any], said: str) -> None:
    form = copy.deepcopy(FORM)
    form["sections"][0]["fields"].append({"key": "extra", "kind": "text", "label": "另一项", **change})
    with pytest.raises(questions.FormProblem) as problem:
        questions.read_form(form)
    assert said in str(problem.value)


def test_the_editor_rows_go_there_and_back() -> None:
    people = {
        "key": "people", "kind": "table", "label": "从业人员", "longest": 30,
        "columns": [{"key": "name", "label": "姓名", "required": True}, {"key": "sex", "kind": "choice", "label": "性别", "choices": AB}],
    }  # fmt: skip
    plan = {"key": "plan", "kind": "file", "label": "平面图", "accept": ["pdf"], "material": 2}
    rich = copy.deepcopy(FORM)
    rich["sections"][0]["fields"] += [people, plan]
    for definition in (FORM, BASIC_FORM, rich):
        again = from_rows(definition["title"], to_rows(definition), definition)
        assert questions.read_form(again) == questions.read_form(definition)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
ALL_KINDS = {
    "title": "各种",
    "sections": [
        {
            "key": "s",
            "title": "一",
            "fields": [
                {
                    "key": f"f_{kind}", "kind": kind, "label": label,
                    **({"choices": AB} if "choice" in kind else {}),
                    **({"columns": [{"key": "n", "kind": "integer", "label": "数"}]} if kind == "table" else {}),
                }
                for kind, label in KIND_LABELS.items()
            ],
        }
    ],
}  # fmt: skip


@given(st.dictionaries(st.sampled_from([f"f_{kind}" for kind in KIND_LABELS]), ANYTHING))
def test_no_submission_breaks_a_form(raw: dict[str, Any]) -> None:
    answers, errors = clean_answers(ALL_KINDS, raw)
    again, none = clean_answers(ALL_KINDS, answers)
    assert none == {}
    assert again == answers, "clean answers stay as they are"
    assert all(message for message in errors.values())


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=3, max_size=3))
def test_visible_fields_agree_with_cleaning(flags: list[bool]) -> None:
    raw = {**GOOD, "uses_air": "yes" if flags[0] else "no", "air_kind": "wind" if flags[1] else ""}
    answers, errors = clean_answers(FORM, raw)
    shown = {field.key for field in visible_fields(FORM, answers)}
    assert set(answers) | set(errors) <= shown


def test_two_hundred_fields_with_two_hundred_conditions_in_time() -> None:
    fields = [
        {
            "key": f"f{number}", "kind": "text", "label": f"第{number}项", "required": True,
            "show_if": ["filled", f"f{number - 1}"] if number else [],
        }
        for number in range(200)
    ]  # fmt: skip
    form = {"title": "大表", "sections": [{"key": "s", "title": "一", "fields": fields}]}
    raw = {f"f{number}": "答" for number in range(200)}
    began = time.perf_counter()
    answers, errors = clean_answers(form, raw)
    assert time.perf_counter() - began < 0.2
    assert (len(answers), errors) == (200, {})
