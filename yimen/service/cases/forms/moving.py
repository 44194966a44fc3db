"""What is filled in to move running cases."""

from __future__ import annotations

from typing import Any

from django import forms

from yimen.ground.kit.forms import Day, Form, Line, Paragraph
from yimen.ground.organisations.selectors import departments
from yimen.service.cases.lifecycle import LICENCE, NEWEST
from yimen.service.cases.models import MovePlan

STATES = [(state.code, state.label) for state in LICENCE.states if state.phase != "closed"]


class MoveForm(Form):
    """Where to, and which part. With an item the target is its edition in force."""

    item_code = Line(
        label="事项编码", required=False, max_length=120, help_text="从事项页进来的已经填好；空着表示所有事项。"
    )
    what = forms.ChoiceField(
        label="移到哪里",
        choices=[
            ("edition", "事项的现行版本\n办事指南、表单、材料、时限按现行的一版"),
            ("procedure", "新版办理程序\n事项版本不变，只换办理步骤"),
            ("both", "两样都换"),
        ],
        widget=forms.RadioSelect,
    )
    procedure_version = forms.TypedChoiceField(label="办理程序", coerce=int, required=False, empty_value=None)
    from_edition = forms.IntegerField(
        label="只移第几版的", required=False, min_value=1, max_value=9999, help_text="空着表示现行版本以前的各版。"
    )
    department_id = forms.TypedChoiceField(label="只移哪个部门的", coerce=int, required=False, empty_value=None)
    only_state = forms.ChoiceField(label="只移哪个状态的", required=False, choices=[("", "不限"), *STATES])
    opened_from = Day(label="提交日期从", required=False)
    opened_to = Day(label="提交日期到", required=False)
    lengthen_law = Line(
        label="法律规定延长期限的条文",
        required=False,
        max_length=200,
        help_text="时限变长一般不用于在办件。只有法律明文规定在办件也按新时限的，才在这里写明条文。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = [
            (version, f"第 {version} 版{'（现行）' if version == NEWEST else ''}") for version in range(NEWEST, 1, -1)
        ]
        self.fields["procedure_version"].choices = versions  # type: ignore[attr-defined]
        named = [(unit.pk, unit.name) for unit in departments().order_by("name")]
        self.fields["department_id"].choices = [("", "不限"), *named]  # type: ignore[attr-defined]


class MoveReasonForm(Form):
    """Why, as each case's ledger will say."""

    reason = Paragraph(label="理由", rows=2, max_length=300, help_text="每一件的办理记录里都会写上，申请人也看得到。")


class UndoReasonForm(Form):
    """Why the whole plan is taken back."""

    reason = Paragraph(label="移回的理由", rows=2, max_length=300)


PLAN_STATES = MovePlan.State.choices
