"""What the screens ask. A form reads; what is right is said by services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.ground.matters.desk.forms import ActForm, ReasonForm
from yimen.service.windows import rules
from yimen.service.windows.models import Pull

Choices = Sequence[tuple[Any, str]]


def choice(label: str, choices: Choices, *, needed: bool = True, help_text: str = "") -> django_forms.ChoiceField:
    """One of a list."""
    return django_forms.ChoiceField(
        label=label, choices=[("", "请选择"), *choices], required=needed, help_text=help_text
    )


# --- Acts on one matter


class RemarkForm(ReasonForm):
    """An act whose words may be left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class DaysForm(ReasonForm):
    """So many working days."""

    days = django_forms.IntegerField(label="几个工作日", min_value=0, max_value=30)
    field_order = ("days", "reason")


class OfferForm(ActForm):
    """To which window or unit it is handed over, and why."""

    to = choice("转给谁", ())
    reason = forms.Paragraph(label="为什么转交", rows=3, max_length=2000, help_text="接收的人先看到这一句。")

    def __init__(self, *args: Any, targets: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", "请选择"), *targets]  # type: ignore[attr-defined]


# --- New ones


class PullForm(forms.Form):
    """What a window asks of a section."""

    section = django_forms.TypedChoiceField(label="请哪个股室办", coerce=int, empty_value=None, choices=())
    title = forms.Line(label="什么事", max_length=80, help_text="一句话，例如：核对茶馆面积是否要另办消防手续。")
    text = forms.Paragraph(label="要求", rows=4, max_length=4000, help_text="写清要股室给出什么、交到哪里。")
    limit = django_forms.IntegerField(label="期限", min_value=0, max_value=80)
    unit = django_forms.ChoiceField(label="单位", choices=Pull.LimitUnit.choices)
    about = forms.Line(label="相关办件编号", max_length=60, required=False)
    first_ask = forms.Line(label="相关首问编号", max_length=60, required=False)
    file = forms.Attachment(label="附件", required=False)

    def __init__(self, *args: Any, sections: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = [("", "请选择"), *sections]  # type: ignore[attr-defined]


class FirstAskForm(forms.Form):
    """A contact at the window: few fields, in the order one hears them."""

    question = forms.Paragraph(label="问什么", rows=3, max_length=2000)
    way = django_forms.ChoiceField(
        label="怎么问的", choices=list(rules.WAYS.items()), initial="window", help_text="打电话、代办员转问的改这里。",
        widget=django_forms.Select(attrs={"class": "input"}),
    )  # fmt: skip
    item_code = forms.Line(label="哪个事项", max_length=40, required=False, help_text="事项编码。")
    name = forms.Line(label="怎么称呼", max_length=60, required=False, help_text="不愿说的不问。")
    phone = forms.Phone(label="电话", required=False, help_text="需要回电话时才问。")
    answer_text = forms.Paragraph(
        label="当场答复", rows=3, max_length=2000, required=False, help_text="写了就当场办结；不写的，您负责到底。"
    )


class LinkForm(forms.Form):
    """The case that came of a contact."""

    code = forms.Line(label="办件编号", max_length=60)


class TrackForm(forms.Form):
    """Number and secret of a contact."""

    code = forms.Line(label="编号", max_length=60, help_text="SW 开头。")
    secret = forms.Line(label="查询码", max_length=20, help_text="登记时告诉您的 6 位字母和数字。")


# --- Kinds, settings, papers


class KindForm(forms.Form):
    """What a window is for."""

    kind = django_forms.ChoiceField(
        label="服务类型", choices=[("", "不分类（按原来的办）"), *((k, label) for k, (label, _, _) in rules.KINDS.items())],
        required=False,
    )  # fmt: skip
    reason = forms.Line(label="说明", max_length=200, required=False, help_text="例如依据的文件、试行到何时。")


class SettingsForm(forms.Form):
    """Every number of a centre."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in rules.SETTINGS.values():
            if row.unit == "开关":
                self.fields[row.key] = django_forms.TypedChoiceField(
                    label=row.label, choices=[("0", "不启用"), ("1", "启用")], coerce=int, help_text=row.source
                )
            else:
                self.fields[row.key] = django_forms.IntegerField(
                    label=f"{row.label}（{row.unit}）", min_value=row.least, max_value=row.most, help_text=row.source
                )


class PaperForm(forms.Form):
    """A version of a workflow or plan."""

    kind = django_forms.ChoiceField(
        label="种类", choices=list(rules.PAPERS.items()), widget=django_forms.RadioSelect(attrs={"class": "two"})
    )
    of = choice("哪个窗口或部门的", ())
    title = forms.Line(label="标题", max_length=120)
    text = forms.Paragraph(
        label="内容",
        rows=14,
        max_length=20_000,
        help_text="一步写一行。预案写清：什么情况启动、谁做什么、怎样告诉群众、何时结束。",
    )
    changes = forms.Line(label="这一版改了什么", max_length=300, required=False, help_text="第一版可以不填。")
    file = forms.Attachment(label="附件", required=False)

    def __init__(self, *args: Any, owners: Choices = (), fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["kind"], self.fields["of"]
        else:
            self.fields["of"].choices = [("", "请选择"), *owners]  # type: ignore[attr-defined]


class ApproveForm(forms.Form):
    """From when a version is in force."""

    in_force_from = forms.Day(label="自何日起施行")


class BackForm(forms.Form):
    """What is to be changed."""

    reason = forms.Line(label="退回意见", max_length=300)


class StartForm(forms.Form):
    """At which window a plan is started, and why."""

    window = django_forms.TypedChoiceField(label="哪个窗口", coerce=int, empty_value=None, choices=())
    reason = forms.Paragraph(label="发生了什么", rows=3, max_length=500)

    def __init__(self, *args: Any, windows: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["window"].choices = [("", "请选择"), *windows]  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """What was done."""

    done = forms.Paragraph(label="做了什么", rows=5, max_length=4000)
