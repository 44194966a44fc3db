"""现场踏勘 (R071): the forms, one survey of a case, each visit's record with photos and signatures."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit
from yimen.service.cases.models import Case
from yimen.service.catalogue.models import ServiceItem


class SurveyForm(models.Model):
    """A version of what is asked on the spot for one item; without an item, of the default for all. Never changed: a new version.

    `questions` is a list of `rules_surveys.Question` as data. An item whose newest version has none falls back to the default.
    """

    append_only = True

    item = models.ForeignKey(
        ServiceItem, on_delete=models.PROTECT, null=True, related_name="survey_forms", verbose_name="事项"
    )
    version = models.PositiveIntegerField("版本")
    title = models.CharField("名称", max_length=100)
    questions = models.JSONField("问题", default=list)
    reason = models.CharField("修改原因", max_length=300, blank=True)
    made_by = models.CharField("编制人", max_length=200)
    made_at = models.DateTimeField("编制时间")

    class Meta:
        verbose_name = "踏勘表"
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="scrutiny_form_version", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.version} 版"


class Survey(models.Model):
    """One survey of a case, with as many visits as it needs.

    Its clock runs to the appointed day, then stands while the applicant rectifies.
    """

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="survey")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="surveys", verbose_name="办件")
    visit = models.PositiveSmallIntegerField("第几次", default=1)
    planned_at = models.DateTimeField("踏勘时间")
    place = models.CharField("踏勘地点", max_length=300)
    bring = models.TextField("请申请人准备", blank=True)
    rectify = models.TextField("整改要求", blank=True)
    rectify_by = models.DateField("整改期限", null=True, blank=True)
    rectified = models.TextField("整改情况", blank=True)
    rectified_at = models.DateTimeField("报告整改时间", null=True, blank=True)
    rectified_files = models.ManyToManyField(StoredFile, related_name="+", blank=True)

    class Meta:
        verbose_name = "现场踏勘"

    def __str__(self) -> str:
        return str(self.matter)


class Surveyor(models.Model):
    """Who goes: a member of staff with the number of the law-enforcement certificate (行政执法证). Two or more (art. 34 (3))."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="surveyors")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("姓名", max_length=100)
    certificate = models.CharField("执法证号", max_length=40)
    going = models.BooleanField("这次去", default=True)

    class Meta:
        verbose_name = "踏勘人员"
        constraints = [models.UniqueConstraint(fields=["survey", "account"], name="scrutiny_surveyor_once")]

    def __str__(self) -> str:
        return f"{self.name}（{self.certificate}）"


class SurveyRecord(models.Model):
    """The record of one visit. A draft until it is concluded; then it stands, and is corrected only by a new version with its reason.

    `digest` is SM3 over everything it says, photos and signatures included; the same stands in the step of the ledger.
    """

    class Conclusion(models.TextChoices):
        PASS = "pass", "符合"
        RECTIFY = "rectify", "整改后复查"
        FAIL = "fail", "不符合"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="records")
    visit = models.PositiveSmallIntegerField("第几次")
    version = models.PositiveSmallIntegerField("版本", default=1)
    form = models.ForeignKey(SurveyForm, on_delete=models.PROTECT, related_name="+", verbose_name="踏勘表")
    answers = models.JSONField("踏勘内容", default=dict)
    text = models.TextField("现场情况", blank=True)
    present = models.CharField("在场人", max_length=100, blank=True)
    conclusion = models.CharField("结论", max_length=8, choices=Conclusion, blank=True)
    rectify = models.TextField("整改要求", blank=True)
    started_at = models.DateTimeField("到场时间")
    saved_at = models.DateTimeField("保存时间")
    concluded_at = models.DateTimeField("完成时间", null=True, blank=True)
    concluded_by = models.CharField("填写人", max_length=200, blank=True)
    reason = models.CharField("更正原因", max_length=500, blank=True)
    letter = models.CharField("文号", max_length=100, blank=True)
    letter_code = models.CharField("验证码", max_length=20, blank=True)
    digest = models.CharField("记录摘要", max_length=64, blank=True)
    seen = models.PositiveIntegerField("改动次数", default=0)

    class Meta:
        verbose_name = "踏勘记录"
        constraints = [
            models.UniqueConstraint(fields=["survey", "visit", "version"], name="scrutiny_record_version"),
            models.UniqueConstraint(
                fields=["survey"], condition=models.Q(concluded_at__isnull=True), name="scrutiny_record_one_draft"
            ),
            models.CheckConstraint(
                name="scrutiny_record_concluded",
                condition=models.Q(concluded_at__isnull=True) | (~models.Q(conclusion="") & ~models.Q(digest="")),
            ),
            models.CheckConstraint(
                name="scrutiny_record_corrected_why", condition=models.Q(version=1) | ~models.Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey} 第 {self.visit} 次"


class SurveyPhoto(models.Model):
    """A photo of a visit, decoded and encoded anew; when and where it was taken is said by whoever took it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.ForeignKey(SurveyRecord, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    thumb = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    original_digest = models.CharField("原图摘要", max_length=80)
    taken_at = models.DateTimeField("拍摄时间")
    place = models.CharField("拍摄位置", max_length=100, blank=True)
    caption = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = "踏勘照片"

    def __str__(self) -> str:
        return self.caption or str(self.file)


class SurveySignature(models.Model):
    """Who signed a record, drawn or on paper; who refused, why, and who witnessed it."""

    class Role(models.TextChoices):
        SURVEYOR = "surveyor", "踏勘人员"
        PRESENT = "present", "申请人（在场人）"

    class Way(models.TextChoices):
        DRAWN = "drawn", "手写签名"
        PAPER = "paper", "纸质签名照片"
        REFUSED = "refused", "拒绝签字"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.ForeignKey(SurveyRecord, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField("身份", max_length=8, choices=Role)
    surveyor = models.ForeignKey(Surveyor, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField("姓名", max_length=100)
    way = models.CharField("方式", max_length=8, choices=Way)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField("拒签理由", max_length=300, blank=True)
    witness = models.CharField("见证人", max_length=100, blank=True)
    signed_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "踏勘签名"
        constraints = [
            models.UniqueConstraint(
                fields=["record", "surveyor"], condition=models.Q(role="surveyor"), name="scrutiny_surveyor_signs_once"
            ),
            models.UniqueConstraint(
                fields=["record"], condition=models.Q(role="present"), name="scrutiny_present_signs_once"
            ),
            models.CheckConstraint(
                name="scrutiny_signature_whole",
                condition=models.Q(way="refused", file__isnull=True) & ~models.Q(reason="") & ~models.Q(witness="")
                | ~models.Q(way="refused") & models.Q(file__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CertificateHeld(models.Model):
    """The law-enforcement certificate somebody used last, so that it need not be typed again."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    number = models.CharField("执法证号", max_length=40)

    class Meta:
        verbose_name = "执法证号"

    def __str__(self) -> str:
        return self.number


class SurveyTerms(models.Model):
    """How a centre's surveys are done; without a row the defaults. The place's own rule."""

    centre = models.OneToOneField(Unit, on_delete=models.PROTECT, primary_key=True, related_name="+")
    told_before_hours = models.PositiveSmallIntegerField("至少提前多少小时告知申请人", default=24)
    rectify_workdays = models.PositiveSmallIntegerField("通常给多少个工作日整改", default=10)
    changed_at = models.DateTimeField("修改时间", null=True)
    changed_by = models.CharField("修改人", max_length=100, blank=True)

    class Meta:
        verbose_name = "踏勘设置"

    def __str__(self) -> str:
        return str(self.centre)
