"""What staff fill in to act on a case. Each form says which arguments its service takes (`arguments`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator

from yimen.ground.kit.forms import Attachment, Day, Form, Line, Paragraph, Phone
from yimen.ground.kit.moments import day_of, now
from yimen.ground.matters.rules import SPECIAL_PROCEDURES, STOPPED_FOR
from yimen.service.cases import rules
from yimen.service.cases.lifecycle import EXTENSION_WORKDAYS
from yimen.service.cases.models import Case, CaseMaterial
from yimen.service.cases.selectors_paths import prohibited
from yimen.service.cases.services.delivery import METHODS

REASON_LENGTH = 2000


class ActForm(Form):
    """The ground of every act: `seen` is the version of the case that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_147_483_647)

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        self.case = case
        super().__init__(*args, **kwargs)

    def speak(self, say: Callable[[str], str]) -> None:
        """Put what the form says, which is written for a licence, into the words of another power."""
        for field in self.fields.values():
            field.label, field.help_text = say(str(field.label or "")), say(str(field.help_text))
            if isinstance(field.initial, str):
                field.initial = say(field.initial)
            if isinstance(field.widget, forms.RadioSelect) and isinstance(field, forms.ChoiceField):
                choices: Any = field.choices
                field.choices = [(value, say(str(label))) for value, label in choices]

    def arguments(self) -> dict[str, Any]:
        """What the service takes besides case, actor, moment and version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class ConfirmForm(ActForm):
    """Nothing to fill in."""


class ReasonForm(ActForm):
    """An act that needs its reason."""

    reason = Paragraph(label="理由", rows=3, max_length=REASON_LENGTH, help_text="写明事实和依据；会记入办理经过。")


class DeclineForm(ActForm):
    """不予受理: the reason, and where the applicant should go instead (art. 32 (2))."""

    reason = Paragraph(
        label="不予受理的理由", rows=3, max_length=REASON_LENGTH, help_text="写明事实和依据，申请人会看到。"
    )
    competent = Line(
        label="应当向哪个机关申请", required=False, max_length=200, help_text="不属本部门职权的，要告知有权的机关。"
    )
    prohibited = forms.ChoiceField(
        label="属于哪个控制事项", required=False, help_text="国家禁止或不符合规划的，从清单里选，决定书会写明依据。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        matter = self.case.matter if self.case else None
        known = prohibited(matter.centre_id, on=day_of(now())) if matter else ()
        choices = [(str(each.uid), f"{each.name}（{each.get_ground_display()}）") for each in known]
        if choices:
            self.fields["prohibited"].choices = [("", "不是控制事项"), *choices]  # type: ignore[attr-defined]
        else:
            del self.fields["prohibited"]


class NotRequiredForm(ActForm):
    """不需要许可 (art. 32 (1))."""

    reason = Paragraph(
        label="为什么不需要许可",
        rows=3,
        max_length=REASON_LENGTH,
        help_text="写明依据，申请人会看到；告知后本件即办结。",
    )


class CorrectOnSpotForm(ActForm):
    """当场更正 (art. 32 (3)): what was put right."""

    reason = Paragraph(
        label="更正了什么",
        rows=3,
        max_length=REASON_LENGTH,
        help_text="例如：申请表第 3 项面积由 86 更正为 86.5，申请人当场签字。",
    )


class CorrectionForm(ActForm):
    """一次告知补正: one problem a material, all at once (art. 32 (4); R058).

    `rows` pairs each material with its field. A material is asked for by writing what is wrong with it.
    """

    reason = Paragraph(
        label="补充说明",
        required=False,
        rows=2,
        max_length=1000,
        help_text="没有落到某一份材料上的问题写在这里；可不填。",
    )

    def __init__(self, *args: Any, materials: Iterable[CaseMaterial] = (), **kwargs: Any) -> None:
        self.materials = list(materials)
        super().__init__(*args, **kwargs)
        for material in self.materials:
            started = material.note if material.state == CaseMaterial.State.RETURNED else ""
            if material.required and material.state == CaseMaterial.State.MISSING:
                started = "未提交，请补交。"
            field = Line(label=material.name, required=False, max_length=500, initial=started)
            field.widget.attrs["placeholder"] = "合格就留空"
            field.widget.attrs["maxlength"] = "500"
            self.fields[f"problem_{material.order}"] = field

    def rows(self) -> list[tuple[CaseMaterial, forms.BoundField]]:
        """Each material with the field that takes its problem."""
        return [(material, self[f"problem_{material.order}"]) for material in self.materials]

    def clean(self) -> dict[str, Any]:
        """At least one material must be asked for; the notice is given once."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.items():
            raise forms.ValidationError("还没有写要补正什么。请在要补正的材料后面写明问题，一次写全。")
        return cleaned

    def items(self) -> list[tuple[int, str]]:
        """(material's order, what is wrong), only where something is."""
        asked = [
            (material.order, self.cleaned_data.get(f"problem_{material.order}") or "") for material in self.materials
        ]
        return [(order, said) for order, said in asked if said]

    def arguments(self) -> dict[str, Any]:
        """What `request_correction` takes."""
        return {"items": self.items(), "reason": self.cleaned_data["reason"]}


class SupplementForm(ActForm):
    """补齐材料 at the window: scanned files and paper for each material that is still lacking."""

    def __init__(self, *args: Any, materials: Iterable[CaseMaterial] = (), **kwargs: Any) -> None:
        lacking = (CaseMaterial.State.MISSING, CaseMaterial.State.RETURNED)
        self.materials = [material for material in materials if material.state in lacking]
        super().__init__(*args, **kwargs)
        for material in self.materials:
            paper = forms.BooleanField(label=f"收到“{material.name}”纸质件", required=False)
            self.fields[f"paper_{material.order}"] = paper
            self.fields[f"file_{material.order}"] = Attachment(label=material.name, required=False)

    def rows(self) -> list[tuple[CaseMaterial, forms.BoundField, forms.BoundField]]:
        """Each material with its box for paper and its file."""
        return [(each, self[f"paper_{each.order}"], self[f"file_{each.order}"]) for each in self.materials]

    def paper(self) -> list[int]:
        """Orders of the materials that came on paper."""
        return [each.order for each in self.materials if self.cleaned_data.get(f"paper_{each.order}")]

    def uploads(self) -> dict[int, UploadedFile[Any]]:
        """Scanned files by material order."""
        found = {each.order: self.cleaned_data.get(f"file_{each.order}") for each in self.materials}
        return {order: file for order, file in found.items() if file}

    def arguments(self) -> dict[str, Any]:
        """Paper only; the files must be stored first, which is the view's affair."""
        return {"paper": self.paper()}


class WithFile(ActForm):
    """An act that may carry one file; the view stores it, the service takes its id."""

    def upload(self) -> UploadedFile[Any] | None:
        """The file, where one was chosen."""
        file: UploadedFile[Any] | None = self.cleaned_data.get("file")
        return file

    def arguments(self) -> dict[str, Any]:
        """Everything but the file itself."""
        return {name: value for name, value in super().arguments().items() if name != "file"}


class OpinionForm(WithFile):
    """An opinion in the case."""

    text = Paragraph(label="我的意见", rows=3, max_length=REASON_LENGTH)
    conclusion = forms.ChoiceField(
        label="结论", choices=[("agree", "同意"), ("disagree", "不同意"), ("note", "仅说明情况")], initial="agree"
    )
    file = Attachment(label="附件", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["placeholder"] = "写明事实、依据、结论"


class SurveyForm(WithFile):
    """现场踏勘: art. 34 asks for two or more members of staff."""

    people = Line(label="踏勘人员", max_length=200, help_text="两名以上工作人员，用顿号隔开。")
    text = Paragraph(label="踏勘情况", rows=4, max_length=REASON_LENGTH, help_text="看到什么，与申请材料是否一致。")
    conclusion = forms.ChoiceField(label="结论", choices=[("pass", "符合"), ("fail", "不符合"), ("note", "仅记录")])
    file = Attachment(label="踏勘记录或照片", required=False)

    def clean_people(self) -> str:
        """Two names at least."""
        people = rules.people_named(self.cleaned_data["people"])
        if len(people) < 2:
            raise forms.ValidationError("实质核查要两名以上工作人员，请写全姓名。")
        return "、".join(people)


class PassReviewForm(WithFile):
    """审查完毕: the review's conclusion goes to whoever decides."""

    text = Paragraph(
        label="审查意见", rows=3, max_length=REASON_LENGTH, help_text="写明事实、依据和建议，决定人会看到。"
    )
    conclusion = forms.ChoiceField(
        label="建议",
        choices=[("grant", "建议准予"), ("refuse", "建议不予")],
        widget=forms.RadioSelect(attrs={"class": "two"}),
        initial="grant",
    )
    file = Attachment(label="附件", required=False)


class SuspendForm(ActForm):
    """启动特别程序 (art. 45): which one, how long, and that the applicant is told in writing."""

    procedure = forms.ChoiceField(
        label="哪一种",
        choices=[
            (code, label)
            for code, label in STOPPED_FOR.items()
            if code in SPECIAL_PROCEDURES and code != "special_procedure"
        ],
    )
    days_needed = forms.IntegerField(label="预计需要几个工作日", min_value=1, max_value=366, initial=5)
    reason = Paragraph(label="为什么需要", rows=2, max_length=REASON_LENGTH)


class ResumeForm(ActForm):
    """特别程序结束: its result."""

    reason = Paragraph(
        label="特别程序的结果", rows=3, max_length=REASON_LENGTH, help_text="例如：检测报告 3 月 2 日收到，各项合格。"
    )


class ExtendForm(ActForm):
    """延长期限 (art. 42): once, ten working days at most, with the reason told to the applicant."""

    days = forms.IntegerField(
        label="延长几个工作日",
        min_value=1,
        max_value=EXTENSION_WORKDAYS,
        initial=EXTENSION_WORKDAYS,
        help_text=f"最多 {EXTENSION_WORKDAYS} 个工作日，只能延长一次。",
    )
    reason = Paragraph(label="延长的理由", rows=3, max_length=REASON_LENGTH, help_text="延长告知书会把理由告诉申请人。")

    def allow(self, days: int, law: str) -> None:
        """Put in what the law allows this case."""
        field = self.fields["days"]
        field.initial = days
        field.widget.attrs["max"] = days
        field.validators = [each for each in field.validators if not isinstance(each, MaxValueValidator)]
        field.validators.append(MaxValueValidator(days))
        field.help_text = f"最多 {days} 个工作日，只能延长一次（{law}）。"


class ExtendJointForm(ExtendForm):
    """联合办理的延长 (art. 42 (2)): once, fifteen working days at most, by the head of the government."""


class UndoRenewedForm(ActForm):
    """撤销视为准予延续: why, and the licence's right expiry."""

    reason = Paragraph(label="理由", rows=3, max_length=REASON_LENGTH, help_text="写明事实和依据；申请人会看到。")
    expires_on = Day(label="正确的有效期至", required=False, help_text="登记有误的，填正确的日期；不属于延续的，留空。")


class GrantForm(ActForm):
    """准予: the opinion of whoever decides."""

    opinion = Paragraph(
        label="决定意见", rows=3, max_length=REASON_LENGTH, initial="申请符合法定条件、标准，准予许可。"
    )


class WeighedForm(ActForm):
    """What a decision after a hearing says besides: how the record was taken into account (art. 48 (2))."""

    weighed = Paragraph(
        label="怎样采纳听证笔录",
        rows=3,
        max_length=REASON_LENGTH,
        help_text="逐点写明听证中的意见是否采纳和理由；会写进决定书。",
    )


class RefuseForm(ActForm):
    """不予许可 (art. 38): facts and reasons; without them the form does not go out, and neither does the database."""

    reason = Paragraph(
        label="不予许可的事实和理由",
        rows=6,
        max_length=REASON_LENGTH,
        help_text="写明哪一项条件不符合、事实是什么、依据哪一条。决定书会原样印出。",
    )


class DeliverForm(ActForm):
    """送达: how, to whom, and what proves it."""

    method = forms.ChoiceField(
        label="怎样送达",
        choices=list(METHODS.items()),
        widget=forms.RadioSelect(attrs={"class": "two"}),
        initial="signature",
    )
    receiver = Line(label="领取人", max_length=100)
    proof = Line(
        label="凭证",
        required=False,
        max_length=200,
        help_text="代领写领取人证件号码后四位，邮寄写邮件号；本人签收可不填。",
    )

    def clean(self) -> dict[str, Any]:
        """Whoever fetches it for another, and every parcel, leaves a number."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("method") in ("document", "post") and not cleaned.get("proof"):
            self.add_error("proof", "请填写领取人的证件号码后四位，或邮件号。")
        return cleaned


class HandOverForm(ActForm):
    """转交 to a colleague."""

    to = forms.TypedChoiceField(label="转交给谁", coerce=int, empty_value=None)
    reason = Paragraph(label="为什么转交", rows=2, max_length=500)

    def __init__(self, *args: Any, colleagues: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        field.choices = [("", "请选择"), *colleagues]  # type: ignore[attr-defined]  # a choice field

    def arguments(self) -> dict[str, Any]:
        """The account; its name and post are looked up where the step is taken."""
        return {"to_account": self.cleaned_data["to"], "reason": self.cleaned_data["reason"]}


class HandAcrossForm(ActForm):
    """移送 to a counterpart of another tier."""

    to = forms.ChoiceField(label="移送给", help_text="对口单位、窗口由中心管理人员在“上下级对口”里登记。")
    reason = Paragraph(
        label="移送理由", rows=2, max_length=500, help_text="写明为什么要由对方接着办；申请人只看到移送，不看到理由。"
    )

    def __init__(self, *args: Any, counterparts: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", "请选择"), *counterparts]  # type: ignore[attr-defined]  # a choice field


class MaterialForm(ActForm):
    """One material judged: good, or returned with what is wrong."""

    state = forms.ChoiceField(
        choices=[("accepted", "合格"), ("returned", "须补正"), ("paper", "已收纸质件"), ("provided", "重核")]
    )
    note = Line(label="哪里不合格", required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        """What goes back says why."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("state") == "returned" and not cleaned.get("note"):
            self.add_error("note", "请写明哪里不合格，申请人要照着补。")
        return cleaned


class WhyForm(Form):
    """Why somebody wants to see what is covered."""

    why = Line(
        label="为什么要看", max_length=100, help_text="例如：通知取件。查看会记下您的姓名、时间和理由，审计员可查。"
    )


# --- Lists


class ListFilter(Form):
    """What a work list is narrowed to; an unknown value narrows nothing."""

    state = forms.ChoiceField(label="状态", required=False)
    department = forms.TypedChoiceField(label="部门", required=False, coerce=int, empty_value=None)
    soon = forms.BooleanField(label="只看快到期", required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, states: Iterable[tuple[str, str]] = (),
        departments: Iterable[tuple[int, str]] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, auto_id="filter-%s", **kwargs)
        self.fields["state"].choices = [("", "全部状态"), *states]  # type: ignore[attr-defined]  # a choice field
        self.fields["department"].choices = [("", "全部部门"), *departments]  # type: ignore[attr-defined]
        for name in ("state", "department"):
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label or ""

    def chosen(self, name: str) -> Any:
        """The clean value, or None where nothing usable was chosen."""
        self.is_valid()
        return self.cleaned_data.get(name) or None


class QueryFilter(ListFilter):
    """The same for all cases, open or not, with text and days."""

    q = Line(label="编号、申请人、事项", required=False, max_length=100)
    first = forms.DateField(label="提交自", required=False)
    last = forms.DateField(label="提交至", required=False)

    field_order = ["q", "state", "department", "first", "last"]


# --- Intake


class ApplicantForm(Form):
    """Who stands at the counter, by the document on it."""

    kind = forms.ChoiceField(
        label="申请人",
        choices=[("natural", "个人"), ("legal", "企业或单位")],
        widget=forms.RadioSelect(attrs={"class": "two"}),
        initial="natural",
    )
    id_type = forms.ChoiceField(
        label="证件",
        choices=[
            ("resident", "居民身份证"), ("credit", "统一社会信用代码"), ("permanent", "外国人永久居留身份证"),
            ("passport", "护照"), ("travel", "港澳台居民来往内地通行证"), ("other", "其他有效证件"),
        ],
    )  # fmt: skip
    id_number = forms.CharField(label="证件号码", max_length=40)
    name = Line(label="姓名或名称", max_length=200)
    phone = Phone(label="手机号", required=False)
    address = Line(label="地址", required=False, max_length=200)
    legal_representative = Line(label="法定代表人（负责人）", required=False, max_length=100)
    name_changed = forms.BooleanField(label="姓名（名称）已变更，按证件更正档案", required=False)


class ArrangementsForm(Form):
    """Whom to reach, and how the result is fetched."""

    contact_name = Line(label="联系人", max_length=100)
    contact_phone = Phone(label="联系电话", required=False)
    delivery_method = forms.ChoiceField(
        label="结果怎样领取",
        choices=[("window", "窗口领取"), ("post", "邮寄"), ("online", "网上下载")],
        initial="window",
    )
    delivery_address = Line(label="邮寄地址", required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """A parcel needs an address."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("delivery_method") == "post" and not cleaned.get("delivery_address"):
            self.add_error("delivery_address", "选了邮寄，请填写邮寄地址。")
        return cleaned
