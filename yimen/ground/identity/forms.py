"""What people fill in about themselves."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms

from yimen.ground.identity import id_numbers
from yimen.ground.identity.models import Party
from yimen.ground.identity.passwords import LONGEST
from yimen.ground.kit import forms

FACTOR_FIELDS = ("second_factor", "factor_minutes")
"""Rules of the second factor, which only staff have."""

NATURAL_TYPES = [(value, label) for value, label in Party.IdType.choices if value in id_numbers.NATURAL_TYPES]


class Password(django_forms.CharField):
    """A password as it is typed: nothing trimmed, never sent back to the browser."""

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        widget = django_forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "new-password" if new else "current-password"}
        )
        super().__init__(strip=False, max_length=LONGEST, widget=widget, **kwargs)


class SignInForm(forms.Form):
    """Name and password."""

    name = django_forms.CharField(
        label="登录名",
        max_length=80,
        widget=django_forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = Password(label="密码")


class CitizenSignInForm(SignInForm):
    """Citizens may also type their telephone or document number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "登录名、手机号或证件号码"


class _WithPassword(forms.Form):
    """A password typed twice."""

    password = Password(new=True, label="密码")
    again = Password(new=True, label="再输一次密码")

    field_order: list[str] | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "两次输入的密码不一样")
        return cleaned


class RegisterNaturalForm(_WithPassword):
    """A citizen's registration."""

    name = forms.Line(label="姓名", max_length=100, help_text="与证件上的姓名一致。")
    id_type = django_forms.ChoiceField(label="证件类型", choices=NATURAL_TYPES, initial="resident")
    id_number = django_forms.CharField(label="证件号码", max_length=40)
    phone = forms.Phone(label="手机号")
    sign_in_name = forms.Line(
        label="登录名", max_length=40, help_text="2 到 40 位，以字母或汉字开头；也可以用手机号或证件号码登录。"
    )
    address = forms.Line(label="联系地址", max_length=200, required=False)
    email = django_forms.EmailField(label="电子邮箱", max_length=254, required=False)
    field_order = ["name", "id_type", "id_number", "phone", "sign_in_name", "password", "again", "address", "email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = "至少 8 位，含大写字母、小写字母、数字、符号中的三种。"


class RegisterLegalForm(_WithPassword):
    """An enterprise's or organisation's registration."""

    name = forms.Line(label="单位名称", max_length=200, help_text="与营业执照或登记证书上的名称一致。")
    credit_code = django_forms.CharField(label="统一社会信用代码", max_length=40, help_text="18 位，在营业执照上。")
    legal_representative = forms.Line(label="法定代表人（负责人）", max_length=100)
    operator_name = forms.Line(label="经办人姓名", max_length=100)
    phone = forms.Phone(label="经办人手机号")
    sign_in_name = forms.Line(label="登录名", max_length=40, help_text="2 到 40 位，以字母或汉字开头。")
    address = forms.Line(label="住所", max_length=200, required=False)
    email = django_forms.EmailField(label="电子邮箱", max_length=254, required=False)
    field_order = [
        "name",
        "credit_code",
        "legal_representative",
        "operator_name",
        "phone",
        "sign_in_name",
        "password",
        "again",
        "address",
        "email",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = "至少 8 位，含大写字母、小写字母、数字、符号中的三种。"


class CodeForm(_WithPassword):
    """A one-time code turned into a password of one's own."""

    code = django_forms.CharField(
        label="一次性验证码",
        max_length=40,
        help_text="12 位，形如 ABCD-EFGH-JKMN。",
        widget=django_forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    sign_in_name = forms.Line(
        label="登录名", max_length=40, required=False, help_text="只有在窗口新开通网上账号时才填。"
    )
    field_order = ["code", "sign_in_name", "password", "again"]


class ChangePasswordForm(_WithPassword):
    """Old and new."""

    old = Password(label="原密码")
    field_order = ["old", "password", "again"]

    def __init__(self, *args: Any, kind: str = "citizen", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "新密码"
        self.fields["again"].label = "再输一次新密码"
        least = 12 if kind == "staff" else 8
        self.fields["password"].help_text = f"至少 {least} 位，含大写字母、小写字母、数字、符号中的三种。"


class ContactForm(forms.Form):
    """How a party is reached. An empty telephone or e-mail keeps what is on file, since the page shows them masked."""

    phone = forms.Phone(label="新手机号", required=False, help_text="不改就空着。")
    email = django_forms.EmailField(label="新电子邮箱", max_length=254, required=False, help_text="不改就空着。")
    address = forms.Line(label="新联系地址", max_length=200, required=False, help_text="不改就空着。")


class ProfileForm(forms.Form):
    """The rules of signing in, for one kind of account."""

    min_length = django_forms.IntegerField(label="密码最短位数", min_value=8, max_value=64)
    min_kinds = django_forms.IntegerField(
        label="至少含几种字符", min_value=2, max_value=4, help_text="大写字母、小写字母、数字、符号。"
    )
    history = django_forms.IntegerField(label="不得重复最近几次密码", min_value=0, max_value=24)
    max_age_days = django_forms.IntegerField(
        label="密码有效天数", min_value=1, max_value=3650, required=False, help_text="空着表示不要求定期更换。"
    )
    max_failures = django_forms.IntegerField(label="允许连续失败次数", min_value=3, max_value=10)
    failure_minutes = django_forms.IntegerField(label="失败次数的计数分钟", min_value=5, max_value=1440)
    lock_minutes = django_forms.IntegerField(label="锁定分钟", min_value=10, max_value=1440)
    idle_minutes = django_forms.IntegerField(label="闲置多少分钟后退出", min_value=1, max_value=60)
    absolute_minutes = django_forms.IntegerField(label="一次登录最长分钟", min_value=10, max_value=720)
    max_sessions = django_forms.IntegerField(label="同时在线数", min_value=1, max_value=10)
    second_factor = django_forms.BooleanField(
        label="必须绑定动态验证码才能登录", required=False, help_text="正式运行时不论这里怎样选，都必须绑定。"
    )
    factor_minutes = django_forms.IntegerField(
        label="重要操作前多少分钟内须验证过", min_value=1, max_value=120, help_text="授权、签署委托书、应急授权等。"
    )

    def __init__(self, *args: Any, kind: str = "staff", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != "staff":
            for name in FACTOR_FIELDS:
                del self.fields[name]
