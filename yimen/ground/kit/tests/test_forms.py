"""Forms say every mistake in Chinese at its field, and take whatever a browser may send."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms as django_forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines

from yimen.ground.kit import forms
from yimen.ground.kit.refusals import Conflict, Invalid


def kept(number: str) -> str:
    if number.endswith("X"):
        raise Invalid("身份证号的末位不对。")
    return number


class Premises(forms.Form):
    name = forms.Line(label="场所名称", help_text="取自营业执照。", max_length=20)
    phone = forms.Phone(required=False)
    office = forms.Phone(mobile=False, required=False)
    id_number = forms.IdNumber(required=False, check=kept)
    area = forms.Measure(label="经营面积", unit="平方米", required=False)
    cost = forms.Yuan(label="装修投入", required=False, least=100, most=10_000_000)
    seats = django_forms.IntegerField(label="座位", required=False, max_value=500)
    opens_on = forms.Day(label="开业日期", required=False, first=date(2026, 1, 1), last=date(2027, 12, 31))
    town = django_forms.ChoiceField(label="镇街", required=False, choices=[("", "---------"), ("1", "柳溪镇")])
    kind = django_forms.ChoiceField(
        label="类别", choices=[("tea", "茶座"), ("other", "其他\n浴室等")], widget=django_forms.RadioSelect
    )
    email = django_forms.EmailField(label="邮箱", required=False)
    remarks = forms.Paragraph(label="说明", required=False)
    agreed = django_forms.BooleanField(label="已阅读承诺书", required=False)
    plan = forms.Attachment(label="平面图", required=False, megabytes=1)


GOOD = {"name": "听泉茶馆", "kind": "tea"}


def mistakes(**data: Any) -> dict[str, list[str]]:
    files = {"plan": data.pop("plan")} if "plan" in data else {}
    return {name: [str(each) for each in said] for name, said in Premises(GOOD | data, files).errors.items()}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "请填写场所名称"),
        ("name", "茶" * 21, "场所名称有 21 个字，最多 20 个字"),
        ("name", "茶\x00馆", "看不见的控制字符"),
        ("name", "茶\ud800馆", "残缺的字符"),
        ("name", "茶\u202e馆", "改变文字方向"),
        ("name", "茶" * 1_000_000, "最多 20 个字"),
        ("phone", "1380000267", "手机号应是 11 位，现在有 10 位"),
        ("phone", "0990-6312208", "这里要填手机号"),
        ("phone", "电" * 1_000_000, "最多 40 个字"),
        ("office", "abc", "电话号码不对"),
        ("id_number", "99031219880412001", "身份证号少 1 位，请对照证件再看一遍"),
        ("id_number", "9903121988041200123", "身份证号多 1 位"),
        ("id_number", "99031219880412001Q", "前 17 位是数字"),
        ("id_number", "99031219880412001x", "身份证号的末位不对"),
        ("area", "八十六", "经营面积要填数字，例如 86.5"),
        ("area", "9" * 5000, "经营面积"),
        ("area", "1e999999", "经营面积"),
        ("area", "NaN", "经营面积要填数字"),
        ("cost", "abc", "装修投入"),
        ("cost", "0.50", "装修投入要在 1.00 元到 100,000.00 元之间"),
        ("seats", "9" * 5000, "座位要填整数，例如 12"),
        ("seats", "501", "座位最大是 500"),
        ("opens_on", "2026-02-30", "开业日期要填真实的日期，例如 2026-10-15"),
        ("opens_on", "0000-01-01", "开业日期要填真实的日期"),
        ("opens_on", "9999-12-31", "开业日期要在 2026-01-01 到 2027-12-31 之间"),
        ("town", "2", "镇街没有这一项，请从列表里重新选"),
        ("kind", "", "请选择类别"),
        ("email", "name@", "邮箱不完整，应像 name@example.cn"),
        ("remarks", "字" * 5001, "说明有 5001 个字，最多 5000 个字"),
    ],
)
def test_each_mistake_is_said(field: str, value: str, said: str) -> None:
    found = mistakes(**{field: value})
    assert list(found) == [field]
    assert said in found[field][0]


@pytest.mark.parametrize(
    ("field", "value", "cleaned"),
    [
        ("name", "  𠮷䶮　茶馆\u200b ", "𠮷䶮　茶馆"),
        ("phone", "138 0000-2671", "13800002671"),
        ("phone", "１３８００００２６７１", "13800002671"),
        ("office", "0990-6312208", "0990-6312208"),
        ("id_number", " 990312 19880412 0012", "990312198804120012"),
        ("cost", "１，２３４．５", 123450),
        ("cost", "", None),
        ("seats", "48", 48),
        ("opens_on", "2026年10月15日", date(2026, 10, 15)),
        ("opens_on", "20261015", date(2026, 10, 15)),
        ("remarks", "一\r\n二 ", "一\n二"),
    ],
)
def test_what_people_write_is_understood(field: str, value: str, cleaned: object) -> None:
    form = Premises(GOOD | {field: value})
    assert form.errors == {}
    assert form.cleaned_data[field] == cleaned


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.exe", b"MZ", "不是 PDF、JPG、PNG"),
        ("plan.pdf", b"", "平面图是空文件"),
        ("plan.pdf", b"x" * (1024 * 1024 + 1), "太大"),
    ],
)
def test_files_are_measured(name: str, content: bytes, said: str) -> None:
    assert said in mistakes(plan=SimpleUploadedFile(name, content))["plan"][0]


def test_a_field_is_drawn_with_label_help_error_and_control_in_this_order() -> None:
    drawn = str(Premises(GOOD | {"name": ""})["name"].as_field_group())
    parts = ["<label", "id_name_helptext", "id_name_error", "<input"]
    assert sorted(parts, key=drawn.index) == parts
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert " required" not in drawn


def test_optional_fields_say_so_and_choices_are_blocks() -> None:
    drawn = str(Premises())
    assert drawn.count("可不填") == 11  # every optional field but the one that is ticked
    assert '<label class="choice" for="id_kind_1">' in drawn
    assert "<small>浴室等</small>" in drawn
    assert '<option value="" selected>请选择</option>' in drawn
    assert 'type="date"' in drawn
    assert 'inputmode="numeric"' in drawn


def test_a_refusal_without_a_wrong_field_is_no_mistake_to_correct() -> None:
    form = Premises(GOOD)
    form.add_error(None, "操作太频繁。")
    page = engines["django"].from_string("{% error_summary form %}").render({"form": form})
    assert "刚才没有办成" in page
    assert "需要改" not in page


def test_the_mistakes_stand_at_the_top_and_in_the_title() -> None:
    form = Premises(GOOD | {"name": "", "kind": "", "area": "x"})
    page = engines["django"].from_string("{% mistakes_in_title %}申请|{% error_summary form %}").render({"form": form})
    assert page.startswith("有 3 处要改 · 申请|")
    for link in ("#id_name", "#id_area", "#id_kind_0"):
        assert f'href="{link}"' in page


def test_a_good_form_has_neither() -> None:
    page = engines["django"].from_string("{% mistakes_in_title %}{% error_summary form %}")
    assert page.render({"form": Premises(GOOD)}) == ""


def test_a_refusal_goes_to_its_fields_and_the_rest_to_the_top() -> None:
    form = Premises(GOOD)
    assert form.is_valid()
    forms.refuse_form(form, Invalid("不行。", fields={"area": "面积比证上大", "elsewhere": "证照过期了"}))
    forms.refuse_form(form, Conflict("这件事刚被王简改过。", next_step="请重新打开。"))
    assert form.errors["area"] == ["面积比证上大"]
    assert form.non_field_errors() == ["证照过期了", "这件事刚被王简改过。请重新打开。"]


def test_what_was_typed_is_escaped_when_it_comes_back() -> None:
    drawn = str(Premises(GOOD | {"name": '"><script>alert(1)</script>' * 5}))
    assert "<script>" not in drawn


def test_an_author_keeps_his_own_words() -> None:
    class Own(forms.Form):
        name = forms.Line(error_messages={"required": "先写名字"})

    assert Own({}).errors["name"] == ["先写名字"]
