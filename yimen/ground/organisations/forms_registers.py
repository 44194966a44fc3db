"""What is filled in about responsibility, counterparts, supporting roles and the course of seals."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.db.models import Q, QuerySet

from yimen.ground.kit import forms
from yimen.ground.organisations.models import Division, Post, SupportingRole, Unit


class ChainForm(forms.Form):
    """Who answers for a department."""

    principal = django_forms.ModelChoiceField(
        label="主要负责人（一把手）",
        queryset=Post.objects.none(),
        required=False,
        help_text="空着时由部门负责人岗位担任。",
    )
    deputy = django_forms.ModelChoiceField(label="分管领导", queryset=Post.objects.none(), required=False)
    team = django_forms.ModelMultipleChoiceField(
        label="工作班子", queryset=Post.objects.none(), required=False,
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
    )  # fmt: skip

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Q(unit__path__startswith=unit.path)
        above = [int(part) for part in unit.path.strip("/").split("/")][:-1]
        leaders = own | Q(unit__in=above, duty__in=[Post.Duty.LEADER, Post.Duty.HEAD])
        _posts(self.fields["principal"], leaders)
        _posts(self.fields["deputy"], leaders)
        _posts(self.fields["team"], own)


class EntryPlanForm(forms.Form):
    """The next edition of a plan for entering the hall."""

    document = forms.Line(label="文号", max_length=60, required=False)
    made_on = forms.Day(label="制定日期")
    text = forms.Paragraph(label="方案", max_length=20_000, help_text="进驻哪些事项、窗口和人员，到什么时候，谁负责。")


class TiersForm(forms.Form):
    """Which two tiers are laid side by side."""

    upper = django_forms.ModelChoiceField(label="上级", queryset=Division.objects.none())
    lower = django_forms.ModelChoiceField(label="下级", queryset=Division.objects.none())

    def __init__(self, *args: Any, divisions: QuerySet[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("upper", "lower"):
            field = self.fields[name]
            assert isinstance(field, django_forms.ModelChoiceField)  # noqa: S101 - declared so above
            field.queryset = divisions


class MatchForm(forms.Form):
    """What answers to a department or window."""

    other = django_forms.ModelChoiceField(label="对口", queryset=Unit.objects.none())

    def __init__(self, *args: Any, others: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        assert isinstance(field, django_forms.ModelChoiceField)  # noqa: S101 - declared so above
        field.queryset = others


class SupportingRoleForm(forms.Form):
    """Which unit plays a supporting role."""

    role = django_forms.ChoiceField(label="分工", choices=SupportingRole.Role.choices)
    unit = django_forms.ModelChoiceField(
        label="承担的机构", queryset=Unit.objects.none(), required=False, help_text="空着表示取消。"
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, django_forms.ModelChoiceField)  # noqa: S101 - declared so above
        field.queryset = units


class HandOverForm(forms.Form):
    """To whom a seal is given, before whom."""

    to = django_forms.ModelChoiceField(label="接收的岗位", queryset=Post.objects.none())
    witness = forms.Line(label="监交人", max_length=60)
    reason = forms.Line(label="原因", max_length=200)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _posts(self.fields["to"], Q(unit__path__startswith=unit.path, account__isnull=False))


class LostForm(forms.Form):
    """How a seal was lost and where that was declared."""

    reason = forms.Line(label="遗失经过", max_length=200)
    document = forms.Line(label="声明作废的文号或登报日期", max_length=60, required=False)


class DestroyedForm(forms.Form):
    """Why and before whom a seal was destroyed."""

    reason = forms.Line(label="原因", max_length=200)
    witness = forms.Line(label="监销人", max_length=60)
    document = forms.Line(label="批准文号", max_length=60, required=False)


def _posts(field: django_forms.Field, which: Q) -> None:
    assert isinstance(field, django_forms.ModelChoiceField)  # noqa: S101 - each caller declares one
    found = Post.objects.filter(which, abolished_on__isnull=True).select_related("unit", "account")
    field.queryset = found.order_by("unit__path", "id")
    field.label_from_instance = lambda post: (  # type: ignore[assignment, method-assign]  # Django's own hook
        f"{post.unit.short_name} {post.title}（{post.account.name if post.account else '空缺'}）"
    )
