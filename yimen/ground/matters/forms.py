"""What is filled in about the calendar: a notice, a closure, a week's hours, a question to the calculator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms as django_forms

from yimen.ground.calendar.selectors import LONGEST_TEXT
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import forms
from yimen.ground.matters.policies import CALENDAR
from yimen.ground.organisations import selectors as organisations

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Division, Unit

ENCODINGS = ("utf-8-sig", "gb18030")
WEEK = "一二三四五六日"


class NoticeForm(forms.Form):
    """A notice by its wording, a table or a file; what the wording says of itself need not be typed again."""

    text = forms.Paragraph(
        label="通知正文或日期表", rows=9, max_length=LONGEST_TEXT, required=False,
        help_text="粘贴全文即可，包括标题和文号。日期表每行写：首日,末日,放假或上班,名称。",
    )  # fmt: skip
    file = forms.Attachment(label="或上传文件", kinds=("TXT", "CSV"), megabytes=1, required=False)
    year = django_forms.IntegerField(
        label="年份", min_value=2000, max_value=2190, required=False, help_text="通知标题里有年份的不用填。"
    )
    document_number = forms.Line(
        label="文号", max_length=40, required=False, help_text="如 国办发明电〔2025〕7号。正文里有的不用填。"
    )
    title = forms.Line(label="标题", max_length=100, required=False, help_text="正文里有的不用填。")
    issued_on = forms.Day(label="成文日期", required=False)
    amends = django_forms.BooleanField(
        label="这是对已确认年份的调整：只改正文写到的日子，须有新的文号和原因", required=False
    )
    reason = forms.Paragraph(label="调整的原因", rows=2, max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """The file's text takes the place of nothing typed; one of them must be there."""
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file is not None and not cleaned.get("text"):
            cleaned["text"] = self._read(file.read())
        if not cleaned.get("text") and not self.errors:
            self.add_error("text", "请粘贴通知正文，或上传文件")
        return cleaned

    def _read(self, content: bytes) -> str:
        for encoding in ENCODINGS:
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\x00" not in text:
                return text
        self.add_error("file", "文件不是文字，请另存为 UTF-8 或 GBK 的文本再传")
        return ""


class CorrectionForm(forms.Form):
    """A draft put right: its table and what is known of its document."""

    text = forms.Paragraph(
        label="日期表", rows=14, max_length=LONGEST_TEXT, help_text="一行一段：首日,末日,放假或上班,名称。"
    )
    title = forms.Line(label="标题", max_length=100)
    document_number = forms.Line(label="文号", max_length=40)
    issued_on = forms.Day(label="成文日期", required=False)
    reason = forms.Paragraph(label="原因", rows=2, max_length=300, required=False)


class UndoForm(forms.Form):
    """Why a change is taken back."""

    reason = forms.Paragraph(label="撤销的原因", rows=2, max_length=300, help_text="会写进每一件事的办理记录。")


def _divisions(actor: Actor) -> list[Division]:
    """The divisions whose calendar the actor keeps."""
    held = actor.held(CALENDAR)
    everything = any(each.scope == "all" for each in held)
    prefixes = [each.scope_path for each in held if each.scope == "division" and each.scope_path]
    found = organisations.divisions().order_by("path")
    return [
        each
        for each in found
        if everything or any(each.code.startswith(prefix) for prefix in prefixes) or each.code == actor.division
    ]


def centres_of(actor: Actor) -> list[Unit]:
    """The centres whose hours and closures the actor keeps."""
    codes = {each.code for each in _divisions(actor)}
    own = {each.scope_id or actor.centre_id for each in actor.held(CALENDAR) if each.scope == "centre"}
    return [each for each in organisations.service_points() if each.division_id in codes or each.pk in own]


class ClosureForm(forms.Form):
    """An emergency closure."""

    name = forms.Line(label="叫什么", max_length=30, help_text="如 抗洪停办。群众在日历和期限账本里看到的就是它。")
    division = django_forms.ChoiceField(label="哪个区划")
    centre = django_forms.ChoiceField(label="只限一个中心", required=False, help_text="空着表示这个区划的所有大厅。")
    first = forms.Day(label="首日")
    last = forms.Day(label="末日")
    title = forms.Line(label="决定的标题", max_length=100)
    document_number = forms.Line(label="文号", max_length=40)
    issued_on = forms.Day(label="成文日期", required=False)
    reason = forms.Paragraph(label="原因", rows=2, max_length=300)
    counts = django_forms.ChoiceField(
        label="停办日与期限",
        choices=[("yes", "停办日不是工作日，期限顺延\n默认：没有人上班的日子不计入以工作日计算的期限"),
                 ("no", "只是不开门，期限照算\n有规定或停办决定写明期限不停的")],
        widget=django_forms.RadioSelect(), initial="yes",
    )  # fmt: skip
    basis = forms.Line(
        label="这样计算的依据", max_length=200, required=False, help_text="如停办决定的条款；空着写默认依据。"
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].choices = [(each.code, each.name) for each in _divisions(actor)]  # type: ignore[attr-defined]
        self.fields["centre"].choices = [("", "所有大厅"), *((str(u.pk), u.name) for u in centres_of(actor))]  # type: ignore[attr-defined]


class WeekForm(forms.Form):
    """Two sessions for each weekday; a day without hours is left empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in range(7):
            for part, said in enumerate(("上午", "下午")):
                for end, word in (("opens", "开始"), ("closes", "结束")):
                    field = django_forms.TimeField(
                        label=f"周{WEEK[day]}{said}{word}", required=False, input_formats=["%H:%M", "%H:%M:%S"],
                        widget=django_forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
                    )  # fmt: skip
                    self.fields[f"d{day}_{part}_{end}"] = field
                    forms.make_polite(field, str(field.label))

    def clean(self) -> dict[str, Any]:
        """Both ends of a session, or neither."""
        cleaned = super().clean() or {}
        for day in range(7):
            for part in range(2):
                names = [f"d{day}_{part}_opens", f"d{day}_{part}_closes"]
                given = [cleaned.get(name) for name in names]
                if given.count(None) == 1 and not self.errors:
                    self.add_error(names[given.index(None)], "起止时间要么都填，要么都空着")
                elif None not in given and given[0] >= given[1]:  # type: ignore[operator]
                    self.add_error(names[1], "结束应在开始之后")
        return cleaned

    def sessions(self) -> list[tuple[int, time, time]]:
        """(weekday, opens, closes) of every session given."""
        found = []
        for day in range(7):
            for part in range(2):
                opens, closes = (self.cleaned_data.get(f"d{day}_{part}_{end}") for end in ("opens", "closes"))
                if opens is not None and closes is not None:
                    found.append((day, opens, closes))
        return found

    def rows(self) -> Iterator[tuple[str, list[tuple[Any, Any]]]]:
        """For the table: weekday, then (opens, closes) of morning and afternoon."""
        for day in range(7):
            yield f"周{WEEK[day]}", [(self[f"d{day}_{part}_opens"], self[f"d{day}_{part}_closes"]) for part in range(2)]


def initial_week(sessions: list[tuple[int, time, time]]) -> dict[str, time]:
    """Sessions as the first values of `WeekForm`: up to two a day."""
    found: dict[str, time] = {}
    for day in range(7):
        for part, (_, opens, closes) in enumerate([each for each in sessions if each[0] == day][:2]):
            found[f"d{day}_{part}_opens"], found[f"d{day}_{part}_closes"] = opens, closes
    return found


class ExceptionForm(forms.Form):
    """Other hours on one day."""

    day = forms.Day(label="日期")
    why = forms.Line(label="原因", max_length=60, help_text="如 系统升级。办事的人会看到。")
    opens = django_forms.TimeField(
        label="开始", required=False, widget=django_forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
        help_text="起止都空着表示这天不办公。",
    )  # fmt: skip
    closes = django_forms.TimeField(
        label="结束",
        required=False,
        widget=django_forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
    )


class WorkdaysForm(forms.Form):
    """A question to the calculator."""

    FORWARD, BACK, BETWEEN = "forward", "back", "between"
    ask = django_forms.ChoiceField(
        label="想算什么",
        choices=[(FORWARD, "从某天起，期限到哪天为止"), (BACK, "要在某天前办完，最晚哪天开始"), (BETWEEN, "两个日期之间有几天")],
        initial=FORWARD, widget=django_forms.RadioSelect(),
    )  # fmt: skip
    start = forms.Day(label="起算日（当日不计）", error_messages={"required": "请选起算日"})
    end = forms.Day(label="到期日", error_messages={"required": "请选到期日"})
    n = django_forms.IntegerField(
        label="期限", min_value=0, max_value=3660, error_messages={"required": "请填期限的天数"}
    )
    unit = django_forms.ChoiceField(
        label="单位", choices=[("workday", "工作日"), ("calendar", "自然日")], initial="workday"
    )

    NEEDED: ClassVar[dict[str, tuple[str, ...]]] = {
        FORWARD: ("start", "n"), BACK: ("end", "n"), BETWEEN: ("start", "end"),
    }  # fmt: skip
    USED_FOR: ClassVar[dict[str, str]] = {
        "start": "算“最晚哪天开始”时不用填。", "end": "算“期限到哪天为止”时不用填。", "n": "算“两个日期之间有几天”时不用填。",
    }  # fmt: skip

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        """Only what the question asked does not use may be left out; an address without question or unit means the usual."""
        if data is not None:
            known = {name: data[name] for name in data}
            data = {"ask": self.FORWARD, "unit": "workday", **{name: value for name, value in known.items() if value}}
        super().__init__(data, *args, **kwargs)
        asked = str((data or self.initial).get("ask") or self.FORWARD)
        needed = self.NEEDED.get(asked, ())
        for name, said in self.USED_FOR.items():
            self.fields[name].required = name in needed
            if name not in needed:
                self.fields[name].help_text = said
        self.order_fields(["ask", *needed, "unit", "start", "n", "end"])

    def clean(self) -> dict[str, Any]:
        """Two days the right way round, not too far apart."""
        cleaned = super().clean() or {}
        if "ask" not in cleaned:
            return cleaned
        start, end = cleaned.get("start"), cleaned.get("end")
        if cleaned["ask"] == self.BETWEEN and isinstance(start, date) and isinstance(end, date) and end < start:
            self.add_error("end", "到期日不能早于起算日")
        if (
            cleaned["ask"] == self.BETWEEN
            and isinstance(start, date)
            and isinstance(end, date)
            and (end - start).days > 3660
        ):
            self.add_error("end", "两个日期相隔太远，最多算十年")
        return cleaned


class EffectForm(forms.Form):
    """When people are warned of an effect, and whether it is in use."""

    warn_workdays = forms.Line(
        label="提前几个工作日提醒",
        required=False,
        max_length=30,
        help_text="可以写几个，用顿号隔开，例如：3、1。不写就不提醒。",
    )
    days = django_forms.IntegerField(
        label="几个工作日以后", min_value=1, max_value=250, widget=django_forms.NumberInput(attrs={"class": "short"})
    )
    in_use = django_forms.BooleanField(label="启用", required=False)

    def clean_warn_workdays(self) -> list[int]:
        """The numbers, whatever parts them."""
        said = [each for each in re.split(r"[、，,;；\s]+", self.cleaned_data["warn_workdays"]) if each]
        if not all(each.isdecimal() and len(each) < 4 for each in said):
            raise django_forms.ValidationError("请写数字，用顿号隔开，例如：3、1。")
        return [int(each) for each in said]
