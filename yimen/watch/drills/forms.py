"""The form of a new drill: it parses; `rules.Parameters` judges."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms
from yimen.watch.drills import rules
from yimen.watch.drills.rules import Parameters


class DrillForm(forms.Form):
    """What a drill is asked; everything but the days may stay as it is."""

    title = forms.Line(label="名称", max_length=80, required=False, help_text="例如：国庆前少三成人手")
    days = django_forms.IntegerField(label="演练多少天", initial=30)
    since = forms.Day(
        label="从哪天起", required=False, help_text="不填为从现在起，在办的接着办；填了就从那天起，从空的大厅开始"
    )
    arrivals = forms.Measure(
        label="来件是历史的多少倍", unit="倍", decimal_places=2, initial=1, help_text="历史取最近一个季度"
    )
    cases = django_forms.IntegerField(label="或者：来件共约", required=False, help_text="填了就代替上面的倍数，单位件")
    staff = forms.Measure(label="每天到岗", unit="%", decimal_places=0, initial=100)
    absent = forms.Paragraph(
        label="缺岗", required=False, max_length=2000,
        help_text="窗口号、部门名称或岗位，每行一个；可写日子，例如 3=2026-10-08..2026-10-09",
    )  # fmt: skip
    closed = forms.Paragraph(
        label="临时停办", required=False, max_length=1000, help_text="每行一段，例如 2026-10-12..2026-10-14；放假按日历，不用写"
    )  # fmt: skip
    items = forms.Paragraph(
        label="只来这些事项", required=False, max_length=2000, help_text="事项名称，每行一个；不填为全部事项"
    )  # fmt: skip
    missing = forms.Measure(label="缺材料", unit="%", decimal_places=0, required=False, help_text="不填按历史")
    consult = forms.Measure(
        label="征求其他部门意见", unit="%", decimal_places=0, initial=5, help_text="审查的办件中占多少"
    )  # fmt: skip
    review = django_forms.IntegerField(label="审查一件用时", initial=rules.MINUTES["review"][1], help_text="分钟")
    counter = django_forms.IntegerField(label="窗口收一件用时", initial=rules.MINUTES["submit"][1], help_text="分钟")
    patience = django_forms.IntegerField(label="窗口等候上限", initial=30, help_text="分钟，超过算窗口溢出")
    seed = django_forms.IntegerField(
        label="随机种子", initial=1, help_text="两次演练用同一个种子，差别就只来自参数"
    )  # fmt: skip

    def parameters(self) -> Parameters:
        """What was asked; raises `Invalid` with the form's own fields."""
        given = self.cleaned_data
        usual = {"review": given["review"], "submit": given["counter"]}
        return Parameters(
            days=given["days"],
            since=given["since"],
            arrivals=float(given["arrivals"]),
            cases=given["cases"],
            staff=float(given["staff"]) / 100,
            absent=rules.read_absences(given["absent"].splitlines()),
            closed=rules.read_spans(given["closed"].splitlines()),
            missing=None if given["missing"] is None else float(given["missing"]) / 100,
            items=tuple(line.strip() for line in given["items"].splitlines() if line.strip()),
            consult=float(given["consult"]) / 100,
            minutes={name: value for name, value in usual.items() if value != rules.MINUTES[name][1]},
            patience=given["patience"],
            seed=given["seed"],
        )


def filled(parameters: Parameters, title: str) -> dict[str, Any]:
    """The form's values for asking the same once more."""
    return {
        "title": title,
        "days": parameters.days,
        "since": parameters.since,
        "arrivals": f"{parameters.arrivals:g}",
        "cases": parameters.cases,
        "staff": f"{100 * parameters.staff:g}",
        "absent": "\n".join(map(str, parameters.absent)),
        "closed": "\n".join(map(str, parameters.closed)),
        "missing": None if parameters.missing is None else f"{100 * parameters.missing:g}",
        "items": "\n".join(parameters.items),
        "consult": f"{100 * parameters.consult:g}",
        "review": parameters.takes("review"),
        "counter": parameters.takes("submit"),
        "patience": parameters.patience,
        "seed": parameters.seed,
    }
