"""What administrators fill in about the organisation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms as django_forms
from django.db.models import Q, QuerySet

from yimen.ground.identity import selectors as people
from yimen.ground.identity.policies import permissions
from yimen.ground.kit import forms
from yimen.ground.organisations import selectors
from yimen.ground.organisations.models import AdminRole, Division, Grant, Post, Seal, Unit, Window
from yimen.ground.organisations.services import POWERS

if TYPE_CHECKING:
    from yimen.ground.identity.models import Account

HALLS = ("centre", "subcentre", "town", "village")
SERVED = ("department", "office", "town")


class AccountField(django_forms.CharField):
    """A member of staff by sign-in name; cleans to the account."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "工作人员的登录名")
        kwargs.setdefault("help_text", "在“工作人员”里可查到登录名。")
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> Account:
        name = super().clean(value)
        found = people.accounts(kind="staff").filter(sign_in_name__iexact=name).first()
        if found is None:
            raise django_forms.ValidationError("没有这个登录名的工作人员，请核对")
        return found


class UnitForm(forms.Form):
    """A new unit."""

    kind = django_forms.ChoiceField(label="类型", choices=[("", "请选择"), *Unit.Kind.choices])
    name = forms.Line(label="名称", max_length=100)
    short_name = forms.Line(label="简称", max_length=40, required=False)
    division = django_forms.ModelChoiceField(
        label="所属区划", queryset=Division.objects.order_by("path"), required=False, help_text="空着表示与上级相同。"
    )
    credit_code = django_forms.CharField(label="统一社会信用代码", max_length=18, required=False)
    use_level = django_forms.ChoiceField(
        label="行使层级",
        required=False,
        choices=[
            ("", "不适用"),
            ("1", "国家级"),
            ("2", "省级"),
            ("3", "市级"),
            ("4", "县级"),
            ("5", "乡镇级"),
            ("6", "村级"),
        ],
    )
    phone = forms.Phone(label="电话", mobile=False, required=False)
    address = forms.Line(label="地址", max_length=200, required=False)
    approval_section = django_forms.BooleanField(label="这是行政审批服务科", required=False)
    order = django_forms.IntegerField(label="排序", min_value=0, max_value=9999, initial=100)


class RenameUnitForm(forms.Form):
    """A unit's name and how it is reached."""

    name = forms.Line(label="名称", max_length=100)
    short_name = forms.Line(label="简称", max_length=40, required=False)
    phone = forms.Phone(label="电话", mobile=False, required=False)
    address = forms.Line(label="地址", max_length=200, required=False)


class UnitChoice(forms.Form):
    """One unit out of those the actor manages."""

    parent = django_forms.ModelChoiceField(label="新的上级机构", queryset=Unit.objects.none())

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["parent"], units)


class WindowForm(forms.Form):
    """A window and whom it serves."""

    number = forms.Line(label="窗口号", max_length=10)
    name = forms.Line(label="名称", max_length=60)
    kind = django_forms.ChoiceField(label="类型", choices=[("", "请选择"), *Window.Kind.choices])
    departments = django_forms.ModelMultipleChoiceField(
        label="受理哪些部门的事项",
        queryset=Unit.objects.none(),
        required=False,
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
    )

    def __init__(self, *args: Any, existing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(
            self.fields["departments"],
            Unit.objects.filter(kind__in=SERVED, dissolved_on__isnull=True).order_by("order", "id"),
        )
        if existing:
            del self.fields["number"], self.fields["kind"]


class PostForm(forms.Form):
    """A new post."""

    duty = django_forms.ChoiceField(label="职责", choices=[("", "请选择"), *Post.Duty.choices])
    title = forms.Line(label="岗位名称", max_length=60)
    window = django_forms.ModelChoiceField(label="所在窗口", queryset=Window.objects.none(), required=False)
    main = django_forms.BooleanField(label="这是任职人的主岗", required=False, initial=True)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        division = Window.objects.filter(closed_on__isnull=True, centre__division=unit.division)
        _choose(self.fields["window"], division.select_related("centre").order_by("centre_id", "number"))


class AppointForm(forms.Form):
    """Who is put into a post, from when to when."""

    account = AccountField()
    on = forms.Day(label="任职自")
    until = forms.Day(label="任职至", required=False, help_text="空着表示没有期限。")


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.Line(label="原因", max_length=200)


class GrantForm(forms.Form):
    """A permission with its scope."""

    code = django_forms.ChoiceField(label="权限")
    scope = django_forms.ChoiceField(
        label="范围",
        choices=[("", "请选择"), *Grant.Scope.choices],
        help_text="不指明下面的地方时，就是岗位所在的地方。",
    )
    scope_unit = django_forms.ModelChoiceField(label="指明的部门或中心", queryset=Unit.objects.none(), required=False)
    scope_window = django_forms.ModelChoiceField(label="指明的窗口", queryset=Window.objects.none(), required=False)
    scope_division = django_forms.ModelChoiceField(
        label="指明的区划", queryset=Division.objects.order_by("path"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        assert isinstance(code, django_forms.ChoiceField)  # noqa: S101 - declared so above
        code.choices = [("", "请选择"), *((entry.code, entry.label) for entry in permissions())]
        _choose(self.fields["scope_unit"], Unit.objects.filter(dissolved_on__isnull=True).order_by("path"))
        _choose(self.fields["scope_window"], Window.objects.filter(closed_on__isnull=True).select_related("centre"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        places = {
            "window": "scope_window",
            "department": "scope_unit",
            "centre": "scope_unit",
            "division": "scope_division",
        }
        for name in ("scope_unit", "scope_window", "scope_division"):
            if cleaned.get(name) and places.get(cleaned.get("scope", "")) != name:
                self.add_error(name, "与所选的范围不相符，请空着")
        return cleaned


class StaffForm(forms.Form):
    """A new staff account."""

    name = forms.Line(label="姓名", max_length=100)
    sign_in_name = forms.Line(
        label="登录名", max_length=40, help_text="2 到 40 位，以字母或汉字开头；建议用工号加前缀，例如 qh0123。"
    )


class NameForm(forms.Form):
    """A corrected name."""

    name = forms.Line(label="姓名", max_length=100)


class AdminRoleForm(forms.Form):
    """One of the three."""

    account = AccountField()
    role = django_forms.ChoiceField(label="管理员类型", choices=AdminRole.Role.choices, widget=django_forms.RadioSelect)


class TokenForm(forms.Form):
    """A key for a program."""

    name = forms.Line(label="用途", max_length=60, help_text="例如：自助终端 2 号。")
    scopes = django_forms.CharField(
        label="范围",
        max_length=1000,
        help_text="权限代码，用空格分开，例如 cases.accept；cases.* 是整个模块。窗口代申请另需 identity.verify。",
    )
    days = django_forms.IntegerField(label="有效天数", min_value=1, max_value=366, initial=90)

    def clean_scopes(self) -> list[str]:
        return str(self.cleaned_data["scopes"]).split()


class LetterForm(forms.Form):
    """An authorisation letter to be signed."""

    number = forms.Line(label="文号", max_length=60)
    post = django_forms.ModelChoiceField(label="受托岗位", queryset=Post.objects.none())
    powers = django_forms.MultipleChoiceField(
        label="委托权限",
        choices=list(POWERS.items()),
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
    )
    items = forms.Paragraph(
        label="事项范围", required=False, max_length=20_000, help_text="实施编码，一行一个；空着表示本部门全部事项。"
    )
    valid_from = forms.Day(label="生效日期")
    valid_to = forms.Day(label="失效日期")
    seal = django_forms.ModelChoiceField(label="行政审批专用章", queryset=Seal.objects.none(), required=False)

    def __init__(self, *args: Any, department: Unit, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        windows = selectors.windows_serving(department)
        posts = Post.objects.filter(
            Q(unit__path__startswith=department.path) | Q(window__in=windows), abolished_on__isnull=True
        )
        _choose(self.fields["post"], posts.select_related("unit", "window", "account").order_by("unit__path", "id"))
        _choose(self.fields["seal"], Seal.objects.filter(unit=department, ended_on__isnull=True))
        field = self.fields["post"]
        assert isinstance(field, django_forms.ModelChoiceField)  # noqa: S101 - declared so above
        field.label_from_instance = _post_words  # type: ignore[assignment, method-assign]  # Django's own hook

    def clean_items(self) -> list[str] | None:
        return str(self.cleaned_data["items"]).split() or None


class SealForm(forms.Form):
    """A seal for the register."""

    kind = django_forms.ChoiceField(label="种类", choices=[("", "请选择"), *Seal.Kind.choices])
    text = forms.Line(label="印文", max_length=60)
    number = forms.Line(label="印章编号", max_length=20)
    valid_from = forms.Day(label="启用日期")
    keeper = django_forms.ModelChoiceField(label="保管岗位", queryset=Post.objects.none(), required=False)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(
            self.fields["keeper"],
            Post.objects.filter(unit__path__startswith=unit.path, abolished_on__isnull=True).select_related("unit"),
        )


def _post_words(post: Post) -> str:
    holder = post.account.name if post.account else "空缺"
    place = f"，{post.window}" if post.window else ""
    return f"{post.unit.short_name} {post.title}（{holder}{place}）"


def _choose(field: django_forms.Field, rows: QuerySet[Any]) -> None:
    assert isinstance(field, django_forms.ModelChoiceField)  # noqa: S101 - each caller declares one
    field.queryset = rows
