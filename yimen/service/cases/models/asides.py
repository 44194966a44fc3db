"""What is asked or held beside a case: opinions of other departments, hearings. Each is a matter with a clock of its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.service.cases.models.case import Case


class OpinionRequest(models.Model):
    """征求意见: what a lead department asks another one in the course of a case, and what that answers (R054, R061).

    The matter's department is the one that has to answer. `answer` is empty while nobody has; `deemed` is what silence says.
    """

    class Answer(models.TextChoices):
        AGREE = "agree", "同意"
        CONDITIONS = "conditions", "有条件同意"
        DISAGREE = "disagree", "不同意"
        NOT_OURS = "not_ours", "不属于本部门职责"
        DEEMED = "deemed", "逾期未答复，视为同意"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="opinion_request")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinion_requests", verbose_name="办件")
    asked_by = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="牵头部门")
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        related_name="+",
        verbose_name="征求人",
    )
    asker_name = models.CharField("征求人姓名", max_length=100)
    question = models.TextField("征求的内容")
    answer = models.CharField("答复", max_length=12, choices=Answer, blank=True)
    text = models.TextField("意见和理由", blank=True)
    conditions = models.TextField("条件", blank=True)
    answered_by = models.CharField("答复人", max_length=200, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True, verbose_name="随问附件")
    answer_files = models.ManyToManyField(StoredFile, related_name="+", blank=True, verbose_name="答复附件")

    class Meta:
        verbose_name = "征求意见"
        indexes = [models.Index(fields=["asked_by", "-matter"], name="cases_opinion_asked_by")]
        constraints = [
            models.CheckConstraint(
                name="cases_opinion_conditions", condition=~models.Q(answer="conditions") | ~models.Q(conditions="")
            )
        ]

    def __str__(self) -> str:
        return str(self.matter)


class OpinionTerms(models.Model):
    """How long a centre gives another department for its opinion; without a row the usual days. The place's own rule."""

    centre = models.OneToOneField(
        Unit, on_delete=models.PROTECT, primary_key=True, related_name="+", verbose_name="中心"
    )
    answer_workdays = models.PositiveSmallIntegerField("答复期限（工作日）", default=5)
    basis = models.CharField("依据", max_length=120, default="本中心联合办理规则")
    changed_at = models.DateTimeField("修改时间", null=True)
    changed_by = models.CharField("修改人", max_length=100, blank=True)

    class Meta:
        verbose_name = "征求意见的期限"

    def __str__(self) -> str:
        return f"{self.answer_workdays}"


class Hearing(models.Model):
    """听证 of one case (行政许可法 arts. 46–48): who was told, when it is held and by whom, and its record."""

    class Ground(models.TextChoices):
        AFFECTED = "affected", "直接涉及重大利益关系，告知听证权利（第四十七条）"
        PUBLIC = "public", "法定应当听证或者涉及重大公共利益（第四十六条）"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="hearing")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hearings", verbose_name="办件")
    ground = models.CharField("听证的依据", max_length=10, choices=Ground)
    subject = models.TextField("听证的内容")
    interested = models.CharField("利害关系人", max_length=500, blank=True)
    planned_at = models.DateTimeField("举行时间", null=True, blank=True)
    place = models.CharField("地点", max_length=200, blank=True)
    open_to_public = models.BooleanField("公开举行", default=True)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+",
        verbose_name="主持人",
    )  # fmt: skip
    host_name = models.CharField("主持人姓名", max_length=100, blank=True)
    clerk_name = models.CharField("记录人", max_length=100, blank=True)
    challenge = models.TextField("申请回避的理由", blank=True)
    record = models.TextField("笔录", blank=True)
    participants = models.TextField("参加人", blank=True)
    signed_by = models.CharField("签字或盖章的人", max_length=500, blank=True)
    held_on = models.DateField("举行日期", null=True, blank=True)
    record_number = models.CharField("笔录文号", max_length=60, blank=True)
    record_files = models.ManyToManyField(StoredFile, related_name="+", blank=True, verbose_name="笔录扫描件")

    class Meta:
        verbose_name = "听证"
        constraints = [
            models.CheckConstraint(
                name="cases_hearing_record_signed", condition=models.Q(record="") | ~models.Q(signed_by="")
            )
        ]

    def __str__(self) -> str:
        return str(self.matter)
