"""Editions 实施清单 of items, their materials and forms, the legality review (R018, R030, R045).

An edition is immutable once published: the database refuses to change it or its materials (`sql/0001_guards.sql`), and
a change is a new edition. Running cases keep the edition they started with.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from yimen.ground.documents.models import StoredFile
from yimen.service.catalogue.models.items import ServiceItem
from yimen.service.catalogue.rules.vocabulary import (
    CaseKind,
    HandleArea,
    ItemKind,
    LimitSource,
    LimitUnit,
    MaterialKind,
    Necessity,
    ServiceObject,
)


class FormDefinition(models.Model):
    """One version of an application form; `schema` is a `rules.questions.Form` as JSON.

    Locked once an edition with it is published.
    """

    key = models.CharField("表单", max_length=60)
    version = models.PositiveIntegerField("版本", default=1)
    title = models.CharField("名称", max_length=200)
    schema = models.JSONField("定义")
    made_by = models.CharField("编制人", max_length=60)
    made_at = models.DateTimeField("编制时间")
    locked_at = models.DateTimeField("锁定时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申请表单"
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="catalogue_form_version")]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.version} 版"


class StandardMaterial(models.Model):
    """A material or proof that many items ask for. Once cancelled (R030) no edition may demand it from that day on.

    A file handed in for it may be used again in later cases of the same applicant while `valid_days` have not passed since
    (None: the setting `reuse_valid_days`), unless `reusable` is off, for what must be fresh each time.
    """

    code = models.CharField("材料编码", max_length=40, unique=True)
    name = models.CharField("材料名称", max_length=300)
    issuer = models.CharField("出具单位", max_length=200, blank=True)
    proof = models.BooleanField("属于证明材料", default=False)
    reusable = models.BooleanField("可以重复使用", default=True)
    valid_days = models.PositiveIntegerField("重复使用的有效天数", null=True, blank=True)
    cancelled_on = models.DateField("取消日期", null=True, blank=True)
    cancelled_basis = models.CharField("取消依据", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "标准材料"

    def __str__(self) -> str:
        return self.name


class ItemEdition(models.Model):
    """One version of an item's elements 实施清单 (R018): what it is, who may, what is needed, how long, what it costs.

    `legal_source` says where the statutory limit comes from: `stated` by the catalogue, `statutory_default` (20 working
    days of 行政许可法 art. 42), or `none`, when the item has no clock. What each element holds, the parts of its JSON records
    and its place in the national list stand in `rules.elements`. `guidance` is a `rules.guidance.Guidance` as JSON.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        LEGAL_CHECK = "legal_check", "合法性审查中"
        PASSED = "passed", "审查通过，待发布"
        PUBLISHED = "published", "现行"
        RETIRED = "retired", "已停用"
        WITHDRAWN = "withdrawn", "已作废"

    class Origin(models.TextChoices):
        MANUAL = "manual", "人工编制"
        IMPORT = "import", "目录导入"

    open_statuses: ClassVar[tuple[str, ...]] = ("draft", "legal_check", "passed")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="editions", verbose_name="事项")
    number = models.PositiveIntegerField("版本号")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT)
    origin = models.CharField("来源", max_length=8, choices=Origin, default=Origin.MANUAL)

    name = models.TextField("事项名称")
    sub_item_name = models.CharField("业务办理项", max_length=300, blank=True)
    main_item_name = models.CharField("主项名称", max_length=300, blank=True)
    short_name = models.CharField("简称", max_length=200, blank=True)
    daily_name = models.CharField("俗称", max_length=200, blank=True)
    kind = models.CharField("事项类型", max_length=20, choices=ItemKind.pairs())
    content = models.TextField("服务内容", blank=True)
    power_source = models.CharField("权力来源", max_length=60, blank=True)
    body_nature = models.CharField("实施主体性质", max_length=60, blank=True)
    entrusted_by = models.CharField("委托部门", max_length=200, blank=True)
    legal_basis = models.TextField("设定依据", blank=True)
    conditions = models.TextField("受理条件", blank=True)
    quantity_limit = models.TextField("数量限制", blank=True)
    rights = models.TextField("申请人权利", blank=True)
    duties = models.TextField("申请人义务", blank=True)

    legal_limit = models.PositiveIntegerField("法定时限", null=True, blank=True)
    legal_unit = models.CharField("法定时限单位", max_length=12, choices=LimitUnit.pairs(), blank=True)
    legal_source = models.CharField("法定时限来源", max_length=20, choices=LimitSource.pairs(), default="none")
    legal_limit_basis = models.CharField("法定时限依据", max_length=300, blank=True)
    legal_explain = models.TextField("法定时限说明", blank=True)
    promise_limit = models.PositiveIntegerField("承诺时限", null=True, blank=True)
    promise_unit = models.CharField("承诺时限单位", max_length=12, choices=LimitUnit.pairs(), blank=True)
    promise_explain = models.TextField("承诺时限说明", blank=True)
    case_kind = models.CharField("办件类型", max_length=12, choices=CaseKind.pairs(), default="promise")

    results = models.JSONField("办理结果", default=list, blank=True)
    fee = models.BooleanField("是否收费", null=True, blank=True)
    fee_basis = models.TextField("收费依据", blank=True)
    fee_standard = models.TextField("收费标准", blank=True)
    fees = models.JSONField("收费项目", default=list, blank=True)

    visits = models.PositiveSmallIntegerField("到现场次数", null=True, blank=True)
    visits_reason = models.CharField("到现场原因", max_length=300, blank=True)
    online_depth = models.CharField("网办深度", max_length=20, blank=True)
    online_url = models.CharField("网上办理地址", max_length=300, blank=True)
    mobile_url = models.CharField("移动端办理地址", max_length=300, blank=True)
    handle_area = models.CharField("通办范围", max_length=16, choices=HandleArea.pairs(), blank=True)
    enters_centre = models.BooleanField("进驻政务大厅", null=True, blank=True)
    appointment = models.BooleanField("支持预约", null=True, blank=True)
    pay_online = models.BooleanField("支持网上支付", null=True, blank=True)
    notify_promise = models.BooleanField("实行告知承诺", null=True, blank=True)
    absence_accept = models.BooleanField("可以容缺受理", null=True, blank=True)
    agents_refused = models.BooleanField("须本人到场，不能代办", null=True, blank=True)
    agents_refused_basis = models.CharField("须本人到场的依据", max_length=300, blank=True)
    decided_at_once = models.BooleanField("即审即办", null=True, blank=True)
    channels = ArrayField(models.CharField(max_length=12), verbose_name="办理渠道", default=list, blank=True)
    delivery_by_post = models.BooleanField("支持物流", null=True, blank=True)
    service_objects = ArrayField(
        models.CharField(max_length=20, choices=ServiceObject.pairs()),
        verbose_name="服务对象",
        default=list,
        blank=True,
    )
    themes = ArrayField(models.CharField(max_length=60), verbose_name="主题", default=list, blank=True)
    personal_topics = ArrayField(
        models.CharField(max_length=60), verbose_name="面向个人的主题", default=list, blank=True
    )
    corporate_topics = ArrayField(
        models.CharField(max_length=60), verbose_name="面向法人的主题", default=list, blank=True
    )
    consult_phone = models.TextField("咨询方式", blank=True)
    complaint_phone = models.TextField("监督投诉方式", blank=True)
    place = models.TextField("办理地点", blank=True)
    hours = models.CharField("办理时间", max_length=300, blank=True)
    windows = models.JSONField("办理窗口", default=list, blank=True)
    review_body = models.CharField("行政复议机关", max_length=300, blank=True)
    review_address = models.CharField("行政复议机关地址", max_length=300, blank=True)
    review_phone = models.CharField("行政复议机关电话", max_length=60, blank=True)
    suit_court = models.CharField("行政诉讼法院", max_length=300, blank=True)
    suit_address = models.CharField("行政诉讼法院地址", max_length=300, blank=True)
    suit_phone = models.CharField("行政诉讼法院电话", max_length=60, blank=True)
    co_departments = models.CharField("联办机构", max_length=500, blank=True)

    form = models.ForeignKey(
        FormDefinition, on_delete=models.PROTECT, null=True, blank=True, related_name="editions", verbose_name="表单"
    )
    procedure = models.CharField("办理程序", max_length=40, default="licence")
    procedure_version = models.PositiveSmallIntegerField("程序版本", default=1)
    special_procedures = models.JSONField("特别程序", default=list, blank=True)
    steps = models.JSONField("办理环节说明", default=list, blank=True)
    questions = models.JSONField("常见问题", default=list, blank=True)
    intermediaries = models.JSONField("中介服务", default=list, blank=True)
    guidance = models.JSONField("情形引导", default=dict, blank=True)
    plan_effective_on = models.DateField("计划生效日期", null=True, blank=True)
    plan_cancel_on = models.DateField("计划取消日期", null=True, blank=True)

    effective_on = models.DateField("生效日期", null=True, blank=True)
    retired_on = models.DateField("停用日期", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.CharField("发布人", max_length=120, blank=True)
    author_uid = models.UUIDField("编制人编号")
    author = models.CharField("编制人", max_length=120)
    created_at = models.DateTimeField("编制时间")
    edited_at = models.DateTimeField("人工修改时间", null=True, blank=True)
    change_note = models.CharField("修改说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("修改次数", default=0)
    source = models.JSONField("来源原文", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "事项版本"
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="catalogue_edition_number"),
            models.UniqueConstraint(fields=["item"], condition=Q(status="published"), name="catalogue_edition_current"),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(status__in=["draft", "legal_check", "passed"]),
                name="catalogue_edition_one_open",
            ),
            models.CheckConstraint(
                name="catalogue_edition_legal_limit",
                condition=(Q(legal_source="none") & Q(legal_limit__isnull=True) & Q(legal_unit=""))
                | (~Q(legal_source="none") & Q(legal_limit__isnull=False) & ~Q(legal_unit="")),
            ),
            models.CheckConstraint(
                name="catalogue_edition_promise_unit",
                condition=(Q(promise_limit__isnull=True) & Q(promise_unit=""))
                | (Q(promise_limit__isnull=False) & ~Q(promise_unit="")),
            ),
            models.CheckConstraint(
                name="catalogue_edition_published_whole",
                condition=~Q(status="published") | (Q(published_at__isnull=False) & Q(effective_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "id"], name="catalogue_edition_status"),
            # What lists and figures ask of all editions, so that they need not read the long texts beside it.
            models.Index(
                fields=["item", "effective_on"],
                include=["id", "retired_on", "kind", "legal_limit", "legal_unit", "promise_limit", "promise_unit"],
                condition=Q(status__in=["published", "retired"]),
                name="catalogue_edition_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（第 {self.number} 版）"


class EditionMaterial(models.Model):
    """A material that an edition asks for. `condition` is a `rules.questions` expression over the form's answers."""

    class Format(models.TextChoices):
        ELECTRONIC = "electronic", "电子"
        PAPER = "paper", "纸质"
        EITHER = "either", "电子或纸质"

    edition = models.ForeignKey(ItemEdition, on_delete=models.CASCADE, related_name="materials", verbose_name="版本")
    order = models.PositiveSmallIntegerField("序号")
    name = models.CharField("材料名称", max_length=500)
    necessity = models.CharField("必要性", max_length=12, choices=Necessity.pairs(), default="required")
    condition = models.JSONField("需要的条件", default=list, blank=True)
    condition_text = models.CharField("何时需要", max_length=300, blank=True)
    originals = models.PositiveSmallIntegerField("原件份数", null=True, blank=True)
    copies = models.PositiveSmallIntegerField("复印件份数", null=True, blank=True)
    format = models.CharField("形式", max_length=12, choices=Format, default=Format.EITHER)
    kind = models.CharField("材料类型", max_length=16, choices=MaterialKind.pairs(), blank=True)
    paper_size = models.CharField("纸质材料规格", max_length=60, blank=True)
    source_channel = models.CharField("来源渠道", max_length=200, blank=True)
    source_explain = models.CharField("来源渠道说明", max_length=500, blank=True)
    accept_standard = models.TextField("受理标准", blank=True)
    exempt = models.BooleanField("免提交", default=False)
    exempt_how = models.CharField("免提交方式", max_length=200, blank=True)
    basis = models.CharField("依据", max_length=500, blank=True)
    note = models.CharField("填报须知", max_length=500, blank=True)
    template_url = models.CharField("空白表", max_length=300, blank=True)
    sample_url = models.CharField("样表", max_length=300, blank=True)
    form_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="空白表文件"
    )
    sample_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="样表文件"
    )
    standard = models.ForeignKey(
        StandardMaterial, on_delete=models.PROTECT, null=True, blank=True, related_name="uses", verbose_name="标准材料"
    )
    cancelled_on = models.DateField("取消日期", null=True, blank=True)
    cancelled_basis = models.CharField("取消依据", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申请材料"
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["edition", "order"], name="catalogue_material_order")]

    def __str__(self) -> str:
        return self.name


class LegalCheck(models.Model):
    """A verdict of the legality review 合法性审查 (R045) on one edition, by someone other than its author.

    Append-only.
    """

    append_only: ClassVar[bool] = True

    class Verdict(models.TextChoices):
        PASSED = "passed", "通过"
        RETURNED = "returned", "退回修改"

    edition = models.ForeignKey(ItemEdition, on_delete=models.CASCADE, related_name="checks", verbose_name="版本")
    verdict = models.CharField("结论", max_length=8, choices=Verdict)
    opinion = models.TextField("意见")
    checker_uid = models.UUIDField("审查人编号")
    checker = models.CharField("审查人", max_length=120)
    post = models.CharField("岗位", max_length=60, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "合法性审查"

    def __str__(self) -> str:
        return f"{self.checker}：{self.get_verdict_display()}"
