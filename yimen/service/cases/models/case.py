"""办件 beside its matter: the pinned edition, the answers, the materials, opinions, the decision. And drafts, which are
no matters yet: nobody waits for them, and no number is spent on them.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.identity.models import Party
from yimen.ground.kit.fields import EncryptedText
from yimen.ground.matters.models import Matter
from yimen.service.catalogue.models import EditionMaterial, ItemEdition, ServiceItem


class Draft(models.Model):
    """An application that is being filled in, by the applicant or at the window; resumes on any device (R017, R048)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="drafts", verbose_name="申请人")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts", verbose_name="填写人"
    )
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="drafts")
    edition = models.ForeignKey(ItemEdition, on_delete=models.PROTECT, related_name="drafts")
    answers = EncryptedText("答案", default="{}")
    arrangements = EncryptedText("联系与领取", default="{}")
    situation = EncryptedText("办理情形", blank=True)
    step = models.CharField("填到哪一步", max_length=12, default="form")
    window_intake = models.BooleanField("窗口代录", default=False)
    version = models.PositiveIntegerField("版本", default=1)
    started_at = models.DateTimeField("开始时间")
    saved_at = models.DateTimeField("保存时间")
    submitted_matter = models.ForeignKey(
        Matter, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="已提交为"
    )

    class Meta:
        verbose_name = "草稿"
        indexes = [
            models.Index(
                fields=["party", "-saved_at"],
                name="cases_draft_of_party",
                condition=models.Q(submitted_matter__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.saved_at:%Y-%m-%d}"


class DraftFile(models.Model):
    """A file attached to a draft for one material."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    material = models.ForeignKey(EditionMaterial, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    reused_from = models.ForeignKey(
        "CaseFile", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="取自以前的办件"
    )
    # A credential that stands for the material: who keeps it, by which name, in words (`cases.credentials`).
    provider = models.CharField("由谁核验", max_length=20, blank=True, default="", db_default="")
    reference = models.CharField("证照标识", max_length=100, blank=True, default="", db_default="")
    said = models.CharField("哪张证照", max_length=150, blank=True, default="", db_default="")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = "草稿附件"

    def __str__(self) -> str:
        return str(self.file)


class Case(models.Model):
    """What a matter of the procedure `licence` carries besides. Pins item edition, form and answers as submitted.

    `answers` is JSON text, encrypted, since it holds personal data; `contact_phone` likewise. `slip_number` is the number
    of the acceptance slip (R063): without it no section may work and nobody may sign.
    """

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="case")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, db_index=False, related_name="cases")
    edition = models.ForeignKey(ItemEdition, on_delete=models.PROTECT, db_index=False, related_name="cases")
    form_version = models.CharField("表单版本", max_length=80)
    kind = models.CharField("办件类型", max_length=12)
    answers = EncryptedText("申请信息")
    situation = EncryptedText("办理情形", blank=True, db_default="")
    contact_name = models.CharField("联系人", max_length=100, blank=True)
    contact_phone = EncryptedText("联系电话", blank=True)
    delivery_method = models.CharField(
        "领取方式",
        max_length=8,
        default="window",
        choices=[("window", "窗口领取"), ("post", "邮寄"), ("online", "网上下载")],
    )
    delivery_address = EncryptedText("邮寄地址", blank=True)
    # Who applied in the applicant's name, and under which mandate; both empty where the applicant did.
    agent_name = models.CharField("代办人", max_length=100, blank=True, default="", db_default="")
    mandate_number = models.CharField("委托编号", max_length=40, blank=True, default="", db_default="")
    # Which paths of `models.paths` the case has taken, as words with spaces around each: empty for an ordinary case.
    marks = models.CharField("路径", max_length=120, blank=True, default="", db_default="")
    slip_number = models.CharField("受理单号", max_length=60, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    corrections = models.PositiveSmallIntegerField("告知补正次数", default=0)
    extended_days = models.PositiveSmallIntegerField("延长工作日数", default=0)
    # A renewal (art. 50): the day on which the licence expires, and the last one on which it had to be asked for.
    licence_expires_on = models.DateField("许可有效期至", null=True, blank=True)
    renewal_asked_by = models.DateField("应在此日前提出延续", null=True, blank=True)
    # Working days until the decision, by whose hands they passed in; None while undecided.
    office_days = models.PositiveIntegerField("机关用时", null=True, blank=True)
    applicant_days = models.PositiveIntegerField("申请人用时", null=True, blank=True)
    special_days = models.PositiveIntegerField("特别程序用时", null=True, blank=True)
    special_until = models.DateField("特别程序告知的结束日", null=True, blank=True)
    hearing_number = models.CharField("听证笔录文号", max_length=60, blank=True, default="", db_default="")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decision = models.CharField("决定", max_length=12, blank=True)
    decision_number = models.CharField("决定文号", max_length=60, blank=True)
    decision_reason = models.TextField("决定理由", blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    receiver = models.CharField("领取人", max_length=100, blank=True)
    delivery_proof = models.CharField("送达凭证", max_length=200, blank=True)

    class Meta:
        verbose_name = "办件"
        constraints = [
            # No slip, no section work (R063): what was accepted has its slip.
            models.CheckConstraint(
                name="cases_accepted_has_slip",
                condition=models.Q(accepted_at__isnull=True) | ~models.Q(slip_number=""),
            ),
            # A refusal without a reason cannot exist (art. 38).
            models.CheckConstraint(
                name="cases_refusal_has_reason",
                condition=~models.Q(decision="refused") | ~models.Q(decision_reason=""),
            ),
        ]
        indexes = [models.Index(fields=["edition"], name="cases_of_edition")]

    def __str__(self) -> str:
        return str(self.matter)


class CaseMaterial(models.Model):
    """One material of a case and how it was checked."""

    class State(models.TextChoices):
        MISSING = "missing", "未交"
        PROVIDED = "provided", "已交，待核"
        PAPER = "paper", "已收纸质件"
        ACCEPTED = "accepted", "合格"
        RETURNED = "returned", "须补正"
        EXEMPT = "exempt", "免提交"
        TOLERATED = "tolerated", "容缺后补"
        PROMISED = "promised", "承诺代替"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="materials")
    order = models.PositiveSmallIntegerField("序号")
    material = models.ForeignKey(EditionMaterial, on_delete=models.PROTECT, db_index=False, related_name="+")
    name = models.CharField("材料名称", max_length=500)
    required = models.BooleanField("必须提交", default=True)
    state = models.CharField("情况", max_length=10, choices=State)
    note = models.CharField("说明", max_length=500, blank=True)
    checked_by = models.CharField("核对人", max_length=100, blank=True)
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)

    class Meta:
        verbose_name = "办件材料"
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["case", "order"], name="cases_material_order")]

    def __str__(self) -> str:
        return self.name


class CaseFile(models.Model):
    """A file handed in for a material; a later one supplements, none is taken away."""

    case_material = models.ForeignKey(CaseMaterial, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    step_seq = models.PositiveIntegerField("随哪一步提交")
    reused_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="取自以前的办件"
    )
    added_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "办件附件"

    def __str__(self) -> str:
        return str(self.file)


class SparedMaterial(models.Model):
    """免提交: a file of a case that nobody had to hand in, since a credential of the applicant stands for the material.

    Written once at submission: which credential, checked valid when, and the digest of the file. Append-only by trigger.
    """

    append_only: ClassVar[bool] = True

    case_file = models.OneToOneField(CaseFile, on_delete=models.PROTECT, primary_key=True, related_name="spared")
    provider = models.CharField("由谁核验", max_length=20)
    reference = models.CharField("证照标识", max_length=100)
    said = models.CharField("哪张证照", max_length=150)
    digest = models.CharField("文件摘要", max_length=80)
    checked_at = models.DateTimeField("核验时间", db_index=True)

    class Meta:
        verbose_name = "免提交的材料"

    def __str__(self) -> str:
        return self.said


class Opinion(models.Model):
    """An opinion in the case: review, survey, decision (R071)."""

    append_only = True

    class Kind(models.TextChoices):
        REVIEW = "review", "审查意见"
        SURVEY = "survey", "踏勘意见"
        DECISION = "decision", "决定意见"
        RETURN = "return", "退回意见"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinions")
    step_seq = models.PositiveIntegerField("步骤序号")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    conclusion = models.CharField("结论", max_length=20, blank=True)
    text = models.TextField("意见")
    people = models.CharField("人员", max_length=200)
    author_uid = models.UUIDField()
    author = models.CharField("填写人", max_length=200)
    written_at = models.DateTimeField("时间")
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True)

    class Meta:
        verbose_name = "意见"

    def __str__(self) -> str:
        return self.text[:40]
