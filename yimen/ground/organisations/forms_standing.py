"""What is filled in about stand-ins, emergencies and the rules of both."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms as django_forms

from yimen.ground.identity import selectors as people
from yimen.ground.kit import forms
from yimen.ground.organisations.models import Emergency, Post
from yimen.ground.organisations.selectors import standing

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account


class DelegationForm(forms.Form):
    """Who stands in, from when to when, for what."""

    stand_in = django_forms.ModelChoiceField(
        label="代办人", queryset=people.accounts().none(), empty_label="请选择同事"
    )
    begins_on = forms.Day(label="从哪天")
    ends_on = forms.Day(label="到哪天", help_text="当天也算；到时自动结束。")
    codes = django_forms.MultipleChoiceField(
        label="代办哪些",
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
        help_text="只列出这个岗位现有的办事权限。签发决定另须代办人自己持有本部门的授权委托书。",
    )
    reason = forms.Line(label="事由", max_length=200, help_text="例如：年休假。")

    def __init__(self, *args: Any, post: Post, on: date, **kwargs: Any) -> None:
        codes = standing.delegable(post)
        kwargs.setdefault("initial", {"begins_on": on, "codes": [code for code, _ in codes]})
        super().__init__(*args, **kwargs)
        who, which = self.fields["stand_in"], self.fields["codes"]
        assert isinstance(who, django_forms.ModelChoiceField)  # noqa: S101 - declared so above
        assert isinstance(which, django_forms.MultipleChoiceField)  # noqa: S101 - as above
        who.queryset = standing.colleagues(post, on).prefetch_related("posts__unit")
        who.label_from_instance = _who  # type: ignore[assignment, method-assign]  # Django's own hook
        which.choices = codes


def _who(account: Account) -> str:
    posts = "、".join(f"{post.unit.short_name} {post.title}" for post in account.posts.all())
    return f"{account.name}（{posts}）"


class EmergencyForm(forms.Form):
    """What for, how long, why."""

    reason = forms.Paragraph(label="理由", max_length=300, help_text="什么紧急情况，为什么平时的权限不够。复核时要看。")
    hours = django_forms.IntegerField(label="用几小时", min_value=1, max_value=4, initial=1)
    codes = django_forms.MultipleChoiceField(
        label="要用的权限", widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"})
    )

    def __init__(self, *args: Any, held: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        which, hours = self.fields["codes"], self.fields["hours"]
        assert isinstance(which, django_forms.MultipleChoiceField)  # noqa: S101 - declared so above
        which.choices = [(code, label) for code, label in standing.emergency_codes() if code not in held]
        hours.help_text = f"最长 {standing.staff_rules().emergency_hours} 小时，到时自动结束，也可提前结束。"


class VerdictForm(forms.Form):
    """The audit administrator's judgement."""

    verdict = django_forms.ChoiceField(label="结论", choices=Emergency.Verdict.choices, widget=django_forms.RadioSelect)
    note = forms.Paragraph(label="复核意见", max_length=500, required=False, help_text="结论为不合理的，必须写明。")


class StaffRulesForm(forms.Form):
    """The thresholds."""

    delegation_longest_days = django_forms.IntegerField(label="请假代办一次最长多少天", min_value=1, max_value=366)
    emergency_hours = django_forms.IntegerField(label="应急授权一次最长多少小时", min_value=1, max_value=4)
    emergency_review_days = django_forms.IntegerField(label="应急授权结束后多少天内复核", min_value=1, max_value=30)
    leaver_days = django_forms.IntegerField(
        label="没有岗位多少天后停用账号", min_value=0, max_value=180, help_text="离职、调走的人；手上的事当天退回。"
    )
    unused_days = django_forms.IntegerField(
        label="多少天没有登录停用账号",
        min_value=30,
        max_value=180,
        help_text="等级保护三级的要求（GB/T 22239 8.1.4.2）。",
    )
    warn_days = django_forms.IntegerField(label="停用前多少天提醒", min_value=1, max_value=29)
    review_months = django_forms.TypedChoiceField(
        label="权限多久复核一次", coerce=int,
        choices=[(1, "每月"), (2, "每两个月"), (3, "每季度"), (6, "每半年"), (12, "每年")],
    )  # fmt: skip
    review_days = django_forms.IntegerField(label="复核要在多少天内完成", min_value=3, max_value=60)
    review_suspends = django_forms.BooleanField(
        label="逾期没有复核的权限自动收回", required=False, help_text="不选时只列为逾期，不影响办事。"
    )
