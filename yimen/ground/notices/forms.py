"""What people choose of their messages, and what the centre notes about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.ground.notices.rules import CHANNELS, KINDS

CHOSEN = tuple(kind for kind in KINDS if kind != "work")


class SettingsForm(forms.Form):
    """A box for each kind of news and way out, and the quiet hours."""

    begins = django_forms.TimeField(
        label="免打扰从",
        required=False,
        widget=django_forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
    )
    ends = django_forms.TimeField(
        label="到",
        required=False,
        widget=django_forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, chosen: Mapping[str, Mapping[str, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in CHOSEN:
            for channel, name in CHANNELS.items():
                field = django_forms.BooleanField(
                    label=f"{KINDS[kind]}：{name}", required=False, initial=chosen[kind][channel]
                )
                self.fields[f"{kind}_{channel}"] = field

    def rows(self) -> Iterator[tuple[str, list[Any]]]:
        """For the table: the kind of news, its boxes."""
        for kind in CHOSEN:
            yield KINDS[kind], [self[f"{kind}_{channel}"] for channel in CHANNELS]

    def chosen(self) -> dict[str, dict[str, bool]]:
        """The boxes as `services.choose` takes them."""
        said = self.cleaned_data
        return {kind: {channel: bool(said.get(f"{kind}_{channel}")) for channel in CHANNELS} for kind in CHOSEN}


class OptOutForm(forms.Form):
    """A number that wants no short messages."""

    number = forms.Phone(label="手机号")
    how = forms.Line(label="怎样提出的", max_length=60, help_text="如 电话要求，2026年11月20日。")


class OperatorForm(forms.Form):
    """The operator's number of a template."""

    registered_id = forms.Line(label="报备编号", max_length=60, help_text="运营商审核通过后给的编号。")
