"""Forms as people fill them in: one look, Chinese words for every mistake, and nothing a browser sends can break them.

Any Django form is drawn in this look (`FORM_RENDERER`); one that subclasses `Form` or `ModelForm` here also speaks it.
`{{ form }}` draws the list of mistakes and all fields, `{{ form.name.as_field_group }}` one field,
`{% error_summary form %}` the list alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django import forms
from django.core import validators
from django.core.exceptions import ValidationError
from django.forms import widgets
from django.forms.renderers import TemplatesSetting
from django.template import Template

from yimen.ground.kit import audit, money, particulars, text
from yimen.ground.kit.refusals import Refusal

LINE_LENGTH = 200
PARAGRAPH_LENGTH = 5000
MEGABYTE = 1024 * 1024
DATE_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]
MOBILE = re.compile(r"1[3-9]\d{9}")
ODD = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
WIDE_TO_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


# --- How a field is drawn


class BoundField(forms.BoundField):
    """A field with what its template asks for: which kind of control it is, its unit, its limits."""

    @property
    def control(self) -> str:
        """`checkbox`, `choices`, `file` or `plain`."""
        widget = self.field.widget
        if isinstance(widget, widgets.CheckboxInput):
            return "checkbox"
        if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple):
            return "choices"
        return "file" if isinstance(widget, widgets.FileInput) else "plain"

    @property
    def unit(self) -> str:
        """`平方米`, written after the control."""
        return getattr(self.field, "unit", "")

    @property
    def limits(self) -> str:
        """What a file may be, in one sentence."""
        return getattr(self.field, "limits", "")

    @property
    def optional(self) -> bool:
        """Whether to say `可不填`."""
        return not self.field.required and not self.field.disabled and "readonly" not in self.field.widget.attrs

    @property
    def aria_describedby(self) -> str | None:
        said = super().aria_describedby
        if said is None or not self.auto_id or not self.limits:
            return said
        return " ".join(part for part in (said, f"{self.auto_id}_limits") if part)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if not widget.is_hidden and self.control in ("plain", "file"):
            classes = ["input", *str(widget.attrs.get("class", "")).split()]
            attrs["class"] = " ".join(dict.fromkeys(classes))
            if self.field.required:
                attrs["aria-required"] = "true"
        return attrs


class Renderer(TemplatesSetting):
    """Draws every form of the site; choices become blocks that can be pressed anywhere."""

    form_template_name = "kit/forms/form.html"
    field_template_name = "kit/forms/field.html"
    bound_field_class = BoundField

    _ours = {
        "django/forms/widgets/radio.html": "kit/forms/choices.html",
        "django/forms/widgets/checkbox_select.html": "kit/forms/choices.html",
        "django/forms/widgets/clearable_file_input.html": "kit/forms/file.html",
        "django/forms/errors/list/ul.html": "kit/forms/errors.html",
        "django/forms/errors/list/default.html": "kit/forms/errors.html",
    }

    def get_template(self, template_name: str) -> Template | None:
        return super().get_template(self._ours.get(template_name, template_name))


# --- What a form says


class Polite:
    """Mixed into forms: Chinese words for each mistake, native inputs, and a length for every text."""

    fields: dict[str, forms.Field]
    use_required_attribute = False  # the server says what is missing, in our words

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            make_polite(field, str(field.label or name))


class Form(Polite, forms.Form):
    """The form of our screens."""


class ModelForm(Polite, forms.ModelForm):  # type: ignore[type-arg]  # generic only to the type checker
    """The same, over a model."""


def refuse_form(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a service's refusal into the form it came from, each line at its field, the rest at the top; it gets its audit
    row when the request ends."""
    audit.notice(refusal)
    at_fields = {name: said for name, said in refusal.fields.items() if name in form.fields}
    for name, said in at_fields.items():
        form.add_error(name, said)
    rest = [said for name, said in refusal.fields.items() if name not in at_fields]
    if not refusal.fields:
        rest = [f"{refusal.message}{refusal.next_step}"]
    for said in rest:
        form.add_error(None, said)


def make_polite(field: forms.Field, label: str) -> None:
    """Give a field our words, a native control and limits, unless its author has set them."""
    _limit_length(field)
    _use_native_control(field)
    _name_empty_choice(field)
    unchanged = _class_messages(type(field))
    for code, said in _messages(field, label).items():
        if field.error_messages.get(code) in (None, unchanged.get(code)):
            field.error_messages[code] = said


def _class_messages(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in reversed(kind.__mro__):
        found.update(getattr(each, "default_error_messages", {}))
    return found


def _messages(field: forms.Field, label: str) -> dict[str, str]:
    """Every mistake Django knows, by its code: what is wrong and what to do."""
    verb = "填写"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        verb = "选择"
    elif isinstance(field, forms.FileField):
        verb = "上传"
    label = label.replace("%", "％")  # some of these words become templates of Python for numbers
    required = f"请勾选“{label}”" if isinstance(field, forms.BooleanField) else f"请{verb}{label}"
    invalid = f"{label}写得不对，请再看一遍"
    if isinstance(field, forms.EmailField):
        invalid = f"{label}不完整，应像 name@example.cn"
    elif isinstance(field, forms.DateField):
        invalid = f"{label}要填真实的日期，例如 2026-10-15"
    elif isinstance(field, forms.DateTimeField):
        invalid = f"{label}要填日期和时间，例如 2026-10-15 09:30"
    elif isinstance(field, forms.TimeField):
        invalid = f"{label}要填时间，例如 09:30"
    elif isinstance(field, forms.DecimalField | forms.FloatField):
        invalid = f"{label}要填数字，例如 86.5"
    elif isinstance(field, forms.IntegerField):
        invalid = f"{label}要填整数，例如 12"
    elif isinstance(field, forms.URLField):
        invalid = f"{label}要填完整的网址"
    elif isinstance(field, forms.FileField):
        invalid = f"{label}没有传上来，请重新选择文件"
    return {
        "required": required,
        "invalid": invalid,
        "invalid_choice": f"{label}没有这一项，请从列表里重新选",
        "invalid_list": f"{label}没有选对，请重新选",
        "invalid_pk_value": f"{label}没有这一项，请从列表里重新选",
        "item_invalid": f"{label}里有一项写得不对",
        "incomplete": f"{label}没有填完",
        "max_length": f"{label}最多 %(limit_value)d 个字，现在有 %(show_value)d 个，请删短一些",
        "min_length": f"{label}至少 %(limit_value)d 个字，现在只有 %(show_value)d 个",
        "max_value": f"{label}最大是 %(limit_value)s",
        "min_value": f"{label}最小是 %(limit_value)s",
        "max_digits": f"{label}最多 %(max)s 位数字",
        "max_decimal_places": f"{label}小数点后最多 %(max)s 位",
        "max_whole_digits": f"{label}小数点前最多 %(max)s 位",
        "step_size": f"{label}要是 %(limit_value)s 的倍数",
        "missing": f"请上传{label}",
        "empty": f"{label}是空文件，请检查后重新选择",
        "contradiction": f"{label}又选了文件又勾了清除，请只选一样",
        "invalid_image": f"{label}不是能打开的图片，请换一张 JPG 或 PNG",
        "null_characters_not_allowed": f"{label}里有看不见的字符，请删掉重新输入",
        "odd_characters": f"{label}里有看不见的字符，请删掉重新输入",
        "overflow": f"{label}的数太大，请再看一遍",
    }


def _limit_length(field: forms.Field) -> None:
    if not isinstance(field, forms.CharField) or isinstance(field, forms.RegexField):
        return
    field.validators.append(_no_odd_characters)
    if field.max_length is None:
        field.max_length = PARAGRAPH_LENGTH if isinstance(field.widget, widgets.Textarea) else LINE_LENGTH
        field.validators.append(validators.MaxLengthValidator(field.max_length))
        field.widget.attrs.setdefault("maxlength", str(field.max_length))


def _no_odd_characters(value: str) -> None:
    if ODD.search(value):
        raise ValidationError("里面有看不见的字符，请删掉重新输入", code="odd_characters")


def _use_native_control(field: forms.Field) -> None:
    widget = field.widget
    if isinstance(field, forms.DateField) and type(widget) is widgets.DateInput:
        widget.input_type, widget.format = "date", "%Y-%m-%d"
        field.input_formats = DATE_FORMATS
    elif isinstance(field, forms.DateTimeField) and type(widget) is widgets.DateTimeInput:
        widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
    elif isinstance(field, forms.TimeField) and type(widget) is widgets.TimeInput:
        widget.input_type, widget.format = "time", "%H:%M"
    elif isinstance(widget, widgets.NumberInput):
        # A text box with the number keys: no wheel that changes a sum, and a mistake comes back as it was typed.
        widget.input_type = "text"
        for bound in ("step", "min", "max"):
            widget.attrs.pop(bound, None)
        whole = isinstance(field, forms.IntegerField) and not isinstance(field, forms.FloatField | forms.DecimalField)
        widget.attrs.setdefault("inputmode", "numeric" if whole else "decimal")
        widget.attrs["class"] = f"{widget.attrs.get('class', '')} short".strip()
    elif isinstance(field, forms.EmailField):
        widget.attrs.setdefault("autocomplete", "email")


def _name_empty_choice(field: forms.Field) -> None:
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label is not None:
            field.empty_label = "请选择"
    elif isinstance(field, forms.ChoiceField) and isinstance(field.widget, widgets.Select):
        choices = list(field.widget.choices)
        if choices and choices[0][0] in ("", None) and set(str(choices[0][1])) == {"-"}:
            field.widget.choices = [("", "请选择"), *choices[1:]]


# --- Our fields


class Line(forms.CharField):
    """One line as `text.clean_line` keeps it: rare characters pass, what nobody sees is taken out or refused."""

    def __init__(self, *, unit: str = "", max_length: int = LINE_LENGTH, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> Any:
        said = super().to_python(value)
        if not said:
            return said
        with at_field():
            return text.clean_line(said, label=str(self.label or "这一项"), limit=self.max_length or LINE_LENGTH)


class Paragraph(forms.CharField):
    """Several lines as `text.clean_text` keeps them."""

    def __init__(self, *, rows: int = 4, max_length: int = PARAGRAPH_LENGTH, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> Any:
        said = super().to_python(value)
        if not said:
            return said
        with at_field():
            return text.clean_text(said, label=str(self.label or "这一项"), limit=self.max_length or PARAGRAPH_LENGTH)


class Phone(forms.CharField):
    """A mobile number as 11 digits, or, with `mobile=False`, any Chinese telephone."""

    def __init__(self, *, mobile: bool = True, **kwargs: Any) -> None:
        self.mobile = mobile
        kwargs.setdefault("label", "手机号" if mobile else "电话")
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}
        self.widget.input_type = "tel"

    def to_python(self, value: Any) -> str:
        said = _plain(super().to_python(value) or "")
        if not said or len(said) > 40:
            return said
        if self.mobile and said.startswith("1"):
            said = said.replace("-", "")
        if self.mobile and said.isdecimal() and len(said) != 11:
            raise ValidationError(f"手机号应是 11 位，现在有 {len(said)} 位，请再看一遍", code="phone")
        with at_field():
            found = particulars.checked_phone(said)
        if self.mobile and not MOBILE.fullmatch(found):
            raise ValidationError("这里要填手机号，才收得到短信", code="phone")
        return found


class IdNumber(forms.CharField):
    """A resident identity number.

    `check` is the caller's rule: 18 characters in, the number as it is kept out, or a `Refusal`
    (`partial(id_numbers.checked, "resident")`).
    """

    def __init__(self, *, check: Callable[[str], str] | None = None, **kwargs: Any) -> None:
        self.check = check
        kwargs.setdefault("label", "身份证号")
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}

    def to_python(self, value: Any) -> str:
        number = _plain(super().to_python(value) or "").upper()
        if not number or len(number) > 40:
            return number
        if len(number) != 18:
            much = f"少 {18 - len(number)} 位" if len(number) < 18 else f"多 {len(number) - 18} 位"
            raise ValidationError(f"身份证号{much}，请对照证件再看一遍", code="id_number")
        if not (number.isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
            raise ValidationError("身份证号前 17 位是数字，末位是数字或 X", code="id_number")
        with at_field():
            return self.check(number) if self.check is not None else number


class Yuan(forms.CharField):
    """A sum typed in yuan, kept in fen (`money.parse_yuan`); `least` and `most` are in fen, both included."""

    unit = "元"

    def __init__(self, *, least: int = 0, most: int = money.LARGEST, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "class": "short"}

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 100}.{value % 100:02d}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        if said in self.empty_values:
            return None
        label = str(self.label or "金额")
        with at_field():
            fen = money.parse_yuan(said, label=label)
        if not self.least <= fen <= self.most:
            low, high = money.say_yuan(money.Fen(self.least)), money.say_yuan(money.Fen(self.most))
            raise ValidationError(f"{label}要在 {low}到 {high}之间", code="out_of_range")
        return fen


class Measure(forms.DecimalField):
    """A number with a unit, `86.5 平方米`."""

    def __init__(self, *, unit: str, max_digits: int = 12, decimal_places: int = 2, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(_plain(str(value)) if value not in self.empty_values else value)


class Day(forms.DateField):
    """A date in the browser's own calendar; `first` and `last` bound it, both included."""

    def __init__(self, *, first: date | None = None, last: date | None = None, **kwargs: Any) -> None:
        self.first, self.last = first or date(1900, 1, 1), last or date(2100, 12, 31)
        super().__init__(input_formats=DATE_FORMATS, **kwargs)
        self.widget.attrs |= {"min": self.first.isoformat(), "max": self.last.isoformat(), "class": "short"}

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None and not self.first <= value <= self.last:
            said = f"{self.label or '日期'}要在 {self.first.isoformat()} 到 {self.last.isoformat()} 之间"
            raise ValidationError(said, code="out_of_range")


class Attachment(forms.FileField):
    """One file, its limits said before and checked after. What is inside is the file gate's question."""

    def __init__(self, *, kinds: Iterable[str] = ("PDF", "JPG", "PNG"), megabytes: int = 20, **kwargs: Any) -> None:
        self.kinds = tuple(kinds)
        self.max_bytes = megabytes * MEGABYTE
        self.limits = f"{'、'.join(self.kinds)} 都行，每个不超过 {megabytes} MB。"
        kwargs.setdefault("widget", forms.FileInput())
        super().__init__(max_length=255, **kwargs)
        endings = [f".{kind.lower()}" for kind in self.kinds] + ([".jpeg"] if "JPG" in self.kinds else [])
        self.endings = tuple(endings)
        said = f"{megabytes} MB"
        self.widget.attrs |= {"accept": ",".join(endings), "data-max-bytes": self.max_bytes, "data-max-said": said}

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file is None:
            return None
        if not str(file.name).lower().endswith(self.endings):
            raise ValidationError(f"“{file.name}”不是 {'、'.join(self.kinds)}，请另存后再传", code="kind")
        if (file.size or 0) > self.max_bytes:
            raise ValidationError(f"“{file.name}”太大，{self.limits}请压缩或分开传。", code="too_big")
        return file


def _plain(value: str) -> str:
    """Full-width characters as plain ones, without any space."""
    return re.sub(r"\s+", "", value.translate(WIDE_TO_PLAIN))


@contextmanager
def at_field() -> Iterator[None]:
    """A refusal raised while a field is read becomes that field's own mistake."""
    try:
        yield
    except Refusal as refusal:
        raise ValidationError(refusal.message.rstrip("。"), code=refusal.code) from None
