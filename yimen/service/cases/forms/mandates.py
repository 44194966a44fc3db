"""What is filled in to mandate an agent: who, for what, until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from yimen.ground.identity.rules import POWERS
from yimen.ground.identity.services import Agent
from yimen.ground.kit.forms import Attachment, Day, Form, Line

PERSON = [
    ("resident", "居民身份证"), ("permanent", "外国人永久居留身份证"), ("passport", "护照"), ("travel", "港澳台居民来往内地通行证"),
    ("other", "其他有效证件"),
]  # fmt: skip
AGENT = [*PERSON[:1], ("credit", "统一社会信用代码（代理机构）"), *PERSON[1:]]
HELP = {
    "apply": "填表、交材料、提交，提交前的草稿归委托人",
    "correct": "按补正告知书补交材料",
    "withdraw": "撤回已提交的申请",
    "look": "不勾选时，只看得到代理人自己提交的办件",
    "collect": "带证件到窗口领取证照和文书",
}
USUAL_DAYS = 90


class MandateForm(Form):
    """An agent by document, the powers one by one, the items, the days."""

    name = Line(label="代理人姓名或名称", max_length=100, help_text="与代理人证件上的一致。")
    id_type = forms.ChoiceField(label="代理人证件类型", choices=AGENT, initial="resident")
    id_number = forms.CharField(label="代理人证件号码", max_length=40)
    powers = forms.MultipleChoiceField(
        label="代理权限",
        choices=[(power, f"{label}\n{HELP[power]}") for power, label in POWERS.items()],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "two"}),
        initial=["apply", "correct"],
        help_text="只有勾选的事可以代办。",
    )
    scope = forms.ChoiceField(
        label="代办哪些事项",
        choices=[("some", "只限下面选的事项"), ("all", "全部事项")],
        widget=forms.RadioSelect(attrs={"class": "two"}),
        initial="some",
    )
    q = Line(label="找事项", max_length=60, required=False, help_text="写几个字，按“查找”，再在下面勾选。")
    items = forms.MultipleChoiceField(label="选中的事项", required=False, widget=forms.CheckboxSelectMultiple)
    valid_from = Day(label="自")
    valid_to = Day(label="至", help_text="含这一天；最长三年，随时可以终止。")
    note = Line(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]] = (), today: date, **kwargs: Any) -> None:
        usual = {"valid_from": today, "valid_to": today + timedelta(days=USUAL_DAYS)}
        kwargs["initial"] = {**usual, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.names = dict(choices)
        field = self.fields["items"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  (declared above)
        field.choices = list(choices)
        if not choices:
            del self.fields["items"]

    def clean(self) -> dict[str, Any]:
        """Some items means at least one."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("scope") == "some" and not cleaned.get("items"):
            self.add_error("q", "请查找并勾选至少一个事项，或选“全部事项”。")
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """What the service takes."""
        said = self.cleaned_data
        chosen = said.get("items", []) if said["scope"] == "some" else []
        return {
            "agent": Agent(said["name"], said["id_type"], said["id_number"]),
            "powers": said["powers"],
            "items": [{"code": code, "name": self.names[code]} for code in chosen],
            "valid_from": said["valid_from"],
            "valid_to": said["valid_to"],
            "note": said["note"],
        }


class OwnMandateForm(MandateForm):
    """At home; the paper may be added where there is one."""

    paper = Attachment(label="委托书（可不传）", required=False)


class WindowMandateForm(MandateForm):
    """At the window: both documents on the counter, the paper scanned."""

    principal_id_type = forms.ChoiceField(
        label="委托人证件类型", choices=[PERSON[0], ("credit", "统一社会信用代码"), *PERSON[1:]]
    )
    principal_id_number = forms.CharField(label="委托人证件号码", max_length=40)
    principal_name = Line(label="委托人姓名或名称", max_length=200)
    guardian = forms.BooleanField(
        label="监护代理：委托人未满 18 周岁，代理人是监护人，到 18 周岁前一天自动终止", required=False
    )
    paper = Attachment(label="纸质委托书（监护关系证明）扫描件")
    field_order = [
        "principal_name",
        "principal_id_type",
        "principal_id_number",
        "name",
        "id_type",
        "id_number",
        "guardian",
    ]
