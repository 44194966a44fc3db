"""What the screens ask. A form reads; what is right is said by services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.service.hall import rules
from yimen.service.hall.models import Device, Hall

Choices = Sequence[tuple[Any, str]]


class TakeForm(forms.Form):
    """A number, please. `id_number` comes from the card reader or is typed."""

    group = django_forms.IntegerField(label="业务", widget=django_forms.HiddenInput)
    party = django_forms.IntegerField(label="几个人一起办", min_value=1, max_value=rules.MOST_PARTY, initial=1)
    priority = django_forms.ChoiceField(
        label="优先",
        required=False,
        choices=[("", "普通"), *((key, said) for key, said in rules.PRIORITIES.items() if key != "other")],
    )
    id_number = forms.Line(label="身份证号", max_length=18, required=False)


class ReceiveForm(TakeForm):
    """The same at the reception desk, which may let anybody go ahead for a reason."""

    priority = django_forms.ChoiceField(label="优先", required=False, choices=[("", "普通"), *rules.PRIORITIES.items()])
    reason = forms.Line(label="优先的原因", max_length=100, required=False)


class ReasonForm(forms.Form):
    """An act with its reason."""

    reason = forms.Line(label="理由", max_length=200)


class TransferForm(ReasonForm):
    """Where to, and why."""

    to = django_forms.ChoiceField(label="转到", choices=())
    field_order = ("to", "reason")

    def __init__(self, *args: Any, targets: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", "请选择"), *targets]  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """Which case was handed in with the ticket."""

    code = forms.Line(label="办件编号", max_length=60)


class Days(forms.Line):
    """Dates in one line, with commas or spaces."""

    def clean(self, value: Any) -> list[date]:
        text = super().clean(value) or ""
        found = []
        for part in text.replace("，", " ").replace(",", " ").replace("、", " ").split():
            try:
                found.append(date.fromisoformat(part))
            except ValueError:
                raise django_forms.ValidationError("日期要像 2026-10-15，几个日期用逗号隔开") from None
        return sorted(set(found))

    def prepare_value(self, value: Any) -> Any:
        return "，".join(each.isoformat() for each in value) if isinstance(value, list) else value


class HallForm(forms.Form):
    """A hall. Its name in addresses is set once."""

    name = forms.Line(label="大厅名称", max_length=60)
    slug = django_forms.RegexField(
        label="网址名", regex=r"^[a-z][a-z0-9-]{1,29}$", help_text="小写英文字母和数字，例如 main。定了以后不改。",
        error_messages={"invalid": "请填小写英文字母和数字，字母开头"},
    )  # fmt: skip
    floor = forms.Line(label="位置", max_length=60, required=False)
    hours = django_forms.ChoiceField(label="开放时间", choices=Hall.Hours.choices)
    reset = django_forms.ChoiceField(
        label="号码清空", choices=list(rules.RESETS.items()), widget=django_forms.RadioSelect
    )
    reset_on = Days(
        label="清空的日期", max_length=200, required=False, help_text="按日期清空时填，几个日期用逗号隔开。"
    )
    head_start_minutes = django_forms.IntegerField(
        label="优先的人提前几分钟",
        min_value=0,
        max_value=120,
        help_text="优先的人算早来这么多分钟；晚来更多的不会排到普通人前面。",
    )
    most_ahead_in_a_row = django_forms.IntegerField(
        label="一个窗口连续优先最多几人", min_value=1, max_value=20, help_text="叫满以后，先叫等得最久的普通人。"
    )
    early_minutes = django_forms.IntegerField(label="开门前几分钟起取号", min_value=0, max_value=180)
    passes_allowed = django_forms.IntegerField(label="过号可以重排几次", min_value=0, max_value=10)
    last_calls = django_forms.IntegerField(label="屏幕显示最近叫过的几个号", min_value=1, max_value=12)
    book_early_minutes = django_forms.IntegerField(label="预约的人提前几分钟可以签到", min_value=0, max_value=240)
    book_grace_minutes = django_forms.IntegerField(
        label="预约迟到几分钟内仍按预约排队", min_value=0, max_value=120, help_text="再晚的按到场时间排队。"
    )
    book_cancel_hours = django_forms.IntegerField(label="预约最晚提前几小时取消", min_value=0, max_value=72)
    no_shows_allowed = django_forms.IntegerField(
        label="几次不来就暂停网上预约", min_value=0, max_value=20, help_text="填 0 表示不暂停。"
    )
    no_show_days = django_forms.IntegerField(label="按多少天内计算", min_value=1, max_value=730)
    ban_days = django_forms.IntegerField(label="暂停多少天", min_value=1, max_value=365)

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["slug"]


class GroupForm(forms.Form):
    """A business group."""

    name = forms.Line(label="业务分组", max_length=40)
    prefix = forms.Line(  # type: ignore[assignment]  # a field, taken out of the class by Django
        label="号码前缀", max_length=2, help_text="1 到 2 个英文字母，同一大厅不能重复。"
    )
    says = forms.Line(label="说明", max_length=100, required=False, help_text="写在取号机按钮上，例如“社保、医保”。")
    guess_minutes = django_forms.IntegerField(
        label="每人大约几分钟", min_value=1, max_value=240, help_text="还没有实测数据时用来估等候时间。"
    )
    most_a_day = django_forms.IntegerField(label="每天最多几号", min_value=1, max_value=99999, required=False)
    order = django_forms.IntegerField(label="排序", min_value=0, max_value=999)
    windows = django_forms.MultipleChoiceField(
        label="办理窗口", required=False, widget=django_forms.CheckboxSelectMultiple
    )
    departments = django_forms.MultipleChoiceField(
        label="哪些部门的事到这里", required=False, widget=django_forms.CheckboxSelectMultiple
    )
    items = forms.Paragraph(
        label="哪些事项到这里", required=False, max_length=20000, rows=4,
        help_text="每行一个事项名称或编码，比部门优先。群众在取号页输入“我要办……”时按它找到这个分组。",
    )  # fmt: skip
    closed = django_forms.BooleanField(label="停用，不再取号", required=False)

    def __init__(self, *args: Any, windows: Choices = (), departments: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("windows", windows), ("departments", departments)):
            self.fields[name].choices = list(choices)  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["class"] = "two"


class EnrolForm(forms.Form):
    """The code that turns a browser into a device."""

    code = forms.Line(label="开通码", max_length=20, help_text="8 位数字，在“大厅设备”里取得，一天内有效，只能用一次。")


class DeviceForm(forms.Form):
    """A new device."""

    kind = django_forms.ChoiceField(label="种类", choices=Device.Kind.choices)
    name = forms.Line(label="名称", max_length=40)
    place = forms.Line(label="放在哪里", max_length=60, required=False)
    window = django_forms.ChoiceField(label="窗口", required=False, choices=())

    def __init__(self, *args: Any, windows: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["window"].choices = [("", "不属于窗口"), *windows]  # type: ignore[attr-defined]


# --- Appointments

WEEKDAYS = [("1", "周一"), ("2", "周二"), ("3", "周三"), ("4", "周四"), ("5", "周五"), ("6", "周六"), ("7", "周日")]


class TimeOfDay(django_forms.TimeField):
    """A time of the day by the browser's own control."""

    widget = django_forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PlanForm(forms.Form):
    """When a group takes people with an appointment."""

    group = django_forms.ChoiceField(label="业务分组", choices=())
    weekdays = django_forms.MultipleChoiceField(
        label="星期", choices=WEEKDAYS, widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
        help_text="中心不开门的日子自动停约。",
    )  # fmt: skip
    begins = TimeOfDay(label="从几点")
    ends = TimeOfDay(label="到几点")
    minutes = django_forms.IntegerField(label="每段几分钟", min_value=rules.LEAST_SLOT, max_value=rules.MOST_SLOT)
    quota = django_forms.IntegerField(label="每段几人", min_value=1, max_value=999)
    lead_workdays = django_forms.IntegerField(
        label="至少提前几个工作日", min_value=0, max_value=30, help_text="填 0 表示当天也能约。"
    )
    days_ahead = django_forms.IntegerField(label="最多提前几天", min_value=0, max_value=90)
    release_at = TimeOfDay(label="每天几点放号", help_text="最远一天的号在这个时间放出来。")
    starts_on = forms.Day(label="从哪天起")
    ends_on = forms.Day(label="到哪天止", required=False)
    closed = django_forms.BooleanField(label="停用，不再接受预约", required=False)

    def __init__(self, *args: Any, groups: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = list(groups)  # type: ignore[attr-defined]


class BlackoutForm(forms.Form):
    """Days without appointments."""

    group = django_forms.ChoiceField(label="业务分组", required=False, choices=())
    first = forms.Day(label="从哪天")
    last = forms.Day(label="到哪天")
    reason = forms.Line(label="原因", max_length=60)

    def __init__(self, *args: Any, groups: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "全部业务"), *groups]  # type: ignore[attr-defined]


class BookForm(forms.Form):
    """A place in a slot."""

    group = django_forms.IntegerField(widget=django_forms.HiddenInput)
    begins = django_forms.DateTimeField(label="时段", input_formats=["%Y-%m-%dT%H:%M"])


class ArriveForm(forms.Form):
    """Who has come with an appointment: the code, or the card."""

    code = forms.Line(label="预约码", max_length=12, required=False)
    id_number = forms.Line(label="身份证号", max_length=18, required=False)


class AppealForm(forms.Form):
    """Why somebody could not come."""

    appeal = forms.Paragraph(label="为什么没有来", max_length=300, rows=3)
