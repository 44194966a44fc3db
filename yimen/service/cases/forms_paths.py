"""What staff fill in where a case leaves the usual way."""

from __future__ import annotations

from typing import Any

from django import forms

from yimen.ground.kit.forms import Attachment, Day, Form, Line, Paragraph
from yimen.service.cases.forms_staff import REASON_LENGTH, ActForm, WithFile
from yimen.service.cases.models import ExternalHandling, PriorityProject, ProhibitedMatter, SignedPromise
from yimen.service.cases.selectors_paths import external_systems, projects

LONGEST_LIST = 300


class SpecialForm(ActForm):
    """定为特办件."""

    reason = Paragraph(
        label="为什么特急",
        rows=3,
        max_length=REASON_LENGTH,
        help_text="写明时间紧迫、特别重要的事由和谁批示的；会记入办理经过。",
    )


class GreenForm(ActForm):
    """进入绿色通道: only for a project on the register."""

    project = forms.ChoiceField(label="哪个项目", help_text="名册里没有的，请中心先在“重点项目”里登记。")
    reason = Paragraph(label="理由", rows=2, max_length=REASON_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centre = self.case.matter.centre_id if self.case else None
        known = [(each.number, f"{each.name}（{each.number}）") for each in projects(centre)[:LONGEST_LIST]]
        self.fields["project"].choices = [("", "请选择"), *known]  # type: ignore[attr-defined]  # a choice field


class ReportUpForm(ActForm):
    """上报上级机关 (art. 43)."""

    superior = Line(label="上级机关", max_length=200)
    reason = Paragraph(
        label="初步审查意见", rows=4, max_length=REASON_LENGTH, help_text="写明事实、依据和建议，上报函会原样印出。"
    )
    number = Line(label="上级受理编号", required=False, max_length=100, help_text="现在就知道的填，以后也可以登记。")


class NoteSuperiorForm(ActForm):
    """登记上级办理情况."""

    number = Line(label="上级受理编号", required=False, max_length=100)
    status = Line(label="办到哪一步", required=False, max_length=300, help_text="例如：已受理，正在专家评审。")


class UrgeSuperiorForm(ActForm):
    """催办上级."""

    reason = Paragraph(
        label="怎样催办的",
        rows=2,
        max_length=500,
        help_text="写明找了谁、怎样联系、对方怎么说，例如：电话联系审批处，答复本周内签批。",
    )


class SuperiorGrantedForm(WithFile):
    """上级准予."""

    paper_number = Line(label="上级文号", max_length=60)
    reason = Paragraph(label="说明", required=False, rows=2, max_length=REASON_LENGTH)
    file = Attachment(label="上级决定书", required=False)


class SuperiorRefusedForm(WithFile):
    """上级不予许可."""

    paper_number = Line(label="上级文号", max_length=60)
    reason = Paragraph(
        label="不予许可的理由", rows=4, max_length=REASON_LENGTH, help_text="照上级决定书写；申请人会看到。"
    )
    file = Attachment(label="上级决定书", required=False)


class SuperiorReturnedForm(ActForm):
    """上级退回."""

    reason = Paragraph(label="上级为什么退回", rows=3, max_length=REASON_LENGTH)


class HandToSystemForm(ActForm):
    """推送到外部系统."""

    system = forms.ChoiceField(label="推送到哪个系统", help_text="申请人填过的内容由系统带过去，不用再报一次。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(each.code, each.name) for each in external_systems() if each.address]
        self.fields["system"].choices = [("", "请选择"), *known]  # type: ignore[attr-defined]  # a choice field


BY_HAND = [pair for pair in ExternalHandling.State.choices if pair[0] in ("sent", "accepted", "granted", "refused")]


class NoteExternalForm(ActForm):
    """登记外部系统编号."""

    system = forms.ChoiceField(label="哪个系统")
    number = Line(label="外部编号", max_length=100)
    state = forms.ChoiceField(label="在那里办到哪一步", choices=BY_HAND)
    said = Line(label="说明", required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(each.code, each.name) for each in external_systems()]
        self.fields["system"].choices = [("", "请选择"), *known]  # type: ignore[attr-defined]  # a choice field


class TolerantForm(ActForm):
    """容缺受理: for a major investment project, on a written promise."""

    project = forms.ChoiceField(label="哪个重大投资项目", help_text="只有名册里的重大投资项目可以容缺受理。")
    promised_by = Line(label="承诺人", max_length=100, help_text="在告知承诺书上签字的人。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centre = self.case.matter.centre_id if self.case else None
        major = projects(centre).filter(sort="major")[:LONGEST_LIST]
        known = [(each.number, f"{each.name}（{each.number}）") for each in major]
        self.fields["project"].choices = [("", "请选择"), *known]  # type: ignore[attr-defined]  # a choice field


class ConfirmTolerated(ActForm):
    """核收容缺材料."""

    reason = Paragraph(
        label="核收情况", required=False, rows=2, max_length=REASON_LENGTH, help_text="纸质的写明原件、复印件各几份。"
    )


class EndUntoleratedForm(ActForm):
    """终止办理."""

    reason = Paragraph(
        label="为什么终止",
        rows=3,
        max_length=REASON_LENGTH,
        help_text="写明哪些材料没有补、怎样催过；告知书会原样印出。",
    )


class SignPromiseForm(ActForm):
    """签署告知承诺, at the window for whoever signed on paper, or by the applicant."""

    signer = Line(label="签署人", max_length=100, help_text="写全名，与证件一致。")
    agreed = forms.BooleanField(label="已阅读并同意承诺内容，承诺属实", required=False)


class CheckPromiseForm(ActForm):
    """核查承诺."""

    outcome = forms.ChoiceField(
        label="核查结论", choices=SignedPromise.Outcome.choices, widget=forms.RadioSelect(attrs={"class": "two"})
    )
    found_out = Paragraph(label="核查情况", rows=3, max_length=REASON_LENGTH, help_text="怎样核查的、看到什么。")
    proposal = Paragraph(
        label="处理建议",
        required=False,
        rows=3,
        max_length=REASON_LENGTH,
        help_text="不属实的必须写，例如：以欺骗手段取得，依照《行政许可法》第六十九条建议撤销。",
    )


class SupplyForm(ActForm):
    """补交容缺材料: one file for each material that was promised."""

    def __init__(self, *args: Any, materials: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.materials = materials or []
        for order, name in self.materials:
            self.fields[f"file_{order}"] = Attachment(label=name)


# --- What a centre registers


class ItemTermsForm(Form):
    """Which materials of an item may follow, which a promise may stand for."""

    may_follow = forms.MultipleChoiceField(
        label="可以容缺的材料", required=False, widget=forms.CheckboxSelectMultiple, help_text="只用于重大投资项目。"
    )
    follow_workdays = forms.IntegerField(label="受理后几个工作日内补齐", min_value=1, max_value=250, initial=15)
    by_promise = forms.MultipleChoiceField(
        label="可以用承诺代替的材料", required=False, widget=forms.CheckboxSelectMultiple
    )
    promise_text = Paragraph(
        label="承诺内容",
        required=False,
        rows=5,
        max_length=4000,
        help_text="写明应当符合的条件、不实承诺的后果；申请人逐字签署。",
    )
    check_workdays = forms.IntegerField(label="决定后几个工作日内核查", min_value=1, max_value=250, initial=30)

    def __init__(self, *args: Any, names: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("may_follow", "by_promise"):
            self.fields[field].choices = [(name, name) for name in names or []]  # type: ignore[attr-defined]


class ProjectForm(Form):
    """A project for the register."""

    number = Line(label="项目编号", max_length=60, help_text="投资项目在线平台的项目代码，或者本地编号。")
    name = Line(label="项目名称", max_length=200)
    sort = forms.ChoiceField(
        label="类别", choices=PriorityProject.Sort.choices, help_text="只有重大投资项目可以容缺受理。"
    )
    owner = Line(label="项目单位", required=False, max_length=200)
    basis = Line(label="依据", max_length=300, help_text="例如：县政府常务会议纪要〔2026〕12 号。")


class EndForm(Form):
    """Why something is taken off a list."""

    reason = Line(label="停用原因", max_length=200)


class ProhibitedForm(Form):
    """A matter that is not accepted."""

    name = Line(label="控制事项", max_length=200)
    ground = forms.ChoiceField(label="性质", choices=ProhibitedMatter.Ground.choices)
    basis = Line(label="依据", max_length=300, help_text="文件名称、文号和条款。")
    reply = Paragraph(label="答复口径", rows=4, max_length=2000, help_text="申请人问起时这样答复，公开页面也这样写。")
    words = Line(label="别的说法", required=False, max_length=300, help_text="群众会怎么说，用空格隔开，便于查找。")
    valid_from = Day(label="自哪天起")


class PathTermsForm(Form):
    """The centre's own days."""

    special_workdays = forms.IntegerField(
        label="特办件几个工作日内办完", min_value=1, max_value=120, help_text="内部时限，不改变法定和承诺期限。"
    )
    superior_workdays = forms.IntegerField(
        label="报上级满几个工作日没有结果要催办", min_value=1, max_value=120, help_text="到期提醒经办人联系上级。"
    )
    statement_workdays = forms.IntegerField(
        label="拟撤销决定给几个工作日陈述申辩", min_value=3, max_value=120, help_text="《行政许可法》第七条没有写天数。"
    )
    revoke_workdays = forms.IntegerField(label="陈述申辩后几个工作日内决定", min_value=1, max_value=120)
    bar_months = forms.IntegerField(
        label="不实承诺后几个月不再适用告知承诺", min_value=1, max_value=120, help_text="国办发〔2020〕42号没有写时间。"
    )


class SystemForm(Form):
    """An external system."""

    code = Line(label="代码", max_length=30, help_text="只用字母、数字和横线；已有的代码即修改那个系统。")
    name = Line(label="名称", max_length=100)
    department = forms.TypedChoiceField(label="哪个部门的", coerce=int)
    address = Line(
        label="接口地址", required=False, max_length=300, help_text="以 https:// 开头；没有接口的不填，由人工登记编号。"
    )
    secret = Line(label="接口密钥", required=False, max_length=200, help_text="不填则保持原来的。")
    used = forms.BooleanField(label="使用", required=False, initial=True)

    def __init__(self, *args: Any, departments: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = departments or []  # type: ignore[attr-defined]  # a choice field
