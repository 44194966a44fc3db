"""Forms of what a centre sets for itself."""

from __future__ import annotations

from typing import Any

from django import forms

from yimen.ground.kit.forms import Day, Form, Line
from yimen.service.cases.kinds import BY_CODE, LONGEST_LABEL, KindSetting
from yimen.service.cases.models import ServicePromise


class KindsForm(Form):
    """A line for each kind: whether it is used, its name, its place."""

    def __init__(self, *args: Any, settings: tuple[KindSetting, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settings = settings
        for each in settings:
            self.fields[f"used_{each.code}"] = forms.BooleanField(label="使用", required=False, initial=each.used)
            self.fields[f"label_{each.code}"] = Line(label="名称", max_length=LONGEST_LABEL, initial=each.label)
            self.fields[f"order_{each.code}"] = forms.IntegerField(
                label="次序", min_value=1, max_value=99, initial=each.order
            )
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial="\n".join(each.label for each in settings)
        )

    def rows(self) -> list[dict[str, Any]]:
        """Each kind with its three fields, for the table of the page."""
        return [
            {
                "kind": BY_CODE[each.code],
                "used": self[f"used_{each.code}"],
                "label": self[f"label_{each.code}"],
                "order": self[f"order_{each.code}"],
            }
            for each in self.settings
        ]

    def said(self) -> list[KindSetting]:
        """What was filled in."""
        given = self.cleaned_data
        return [
            KindSetting(each.code, given[f"label_{each.code}"], given[f"order_{each.code}"], given[f"used_{each.code}"])
            for each in self.settings
        ]

    def seen(self) -> list[str]:
        """The labels that the page showed when it was opened."""
        return [line for line in str(self.cleaned_data.get("seen", "")).splitlines() if line]


class PromiseForm(Form):
    """A public promise and the number it is measured by."""

    unit = forms.ChoiceField(label="承诺单位")
    what = forms.ChoiceField(label="承诺内容", choices=ServicePromise.What.choices)
    target = forms.DecimalField(
        label="目标", min_value=0, max_value=100, decimal_places=1, help_text="百分之几；平均用时填工作日数。"
    )
    text = Line(label="承诺文字", max_length=200, help_text="群众看到的原话，例如“受理的事项百分之百按时办结”。")
    valid_from = Day(label="开始日期", help_text="从这一天起按月核对。")
    valid_to = Day(label="结束日期", required=False, help_text="长期有效的不填。")

    def __init__(self, *args: Any, units: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units or []  # type: ignore[attr-defined]


class WithdrawPromiseForm(Form):
    """Why it is taken back."""

    reason = Line(label="收回原因", max_length=200, help_text="公开页面会写明。")


class UrgeForm(Form):
    """Why a case is urged."""

    reason = Line(label="催办理由", max_length=300, help_text="经办人和责任链上的人都会看到。")


class ReminderTermsForm(Form):
    """How far up the chain, after how many working days."""

    before_due = forms.BooleanField(label="到期前提醒经办人", required=False)
    deputy_after = forms.IntegerField(
        label="超期满几个工作日告知分管领导", min_value=0, max_value=60, help_text="填 0 表示一超期就告知。"
    )
    principal_after = forms.IntegerField(label="超期满几个工作日告知主要负责人（一把手）", min_value=0, max_value=60)
