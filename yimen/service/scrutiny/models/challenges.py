"""行政复议 and 行政诉讼 against a case (R077): who, before which body, how it stands, what came of it, what it orders."""

from __future__ import annotations

import uuid

from django.db import models

from yimen.ground.documents.models import StoredFile
from yimen.ground.matters.models import Matter
from yimen.service.cases.models import Case


class Challenge(models.Model):
    """One reconsideration or lawsuit. The matter's department is the organ that answers; its clocks are those to answer and to obey.

    `number` is the body's own and stands once, unless the entry was annulled. `earlier` is what went before: the
    reconsideration before a lawsuit.
    """

    class Kind(models.TextChoices):
        RECONSIDERATION = "reconsideration", "行政复议"
        LAWSUIT = "lawsuit", "行政诉讼"

    class Who(models.TextChoices):
        APPLICANT = "applicant", "申请人"
        INTERESTED = "interested", "利害关系人"

    class Against(models.TextChoices):
        DECISION = "decision", "许可或不予许可决定"
        RECEIPT = "receipt", "不予受理、补正告知"
        SILENCE = "silence", "逾期不办（不作为）"
        OTHER = "other", "其他行政行为"

    class Stage(models.TextChoices):
        RECONSIDERATION = "reconsideration", "复议"
        FIRST = "first", "一审"
        SECOND = "second", "二审"
        RETRIAL = "retrial", "再审"

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "维持（驳回请求）"
        REVOKED = "revoked", "撤销"
        CHANGED = "changed", "变更"
        UNLAWFUL = "unlawful", "确认违法"
        ORDERED = "ordered", "责令履行"
        SETTLED = "settled", "调解、和解"
        WITHDRAWN = "withdrawn", "申请人撤回"
        DISMISSED = "dismissed", "驳回申请（起诉）"

    class Unit(models.TextChoices):
        WORKDAY = "workday", "工作日"
        CALENDAR = "calendar", "日"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="challenge")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="challenges", verbose_name="办件")
    kind = models.CharField("种类", max_length=16, choices=Kind)
    who = models.CharField("由谁提出", max_length=12, choices=Who)
    challenger = models.CharField("复议申请人（原告）", max_length=200)
    against = models.CharField("针对", max_length=10, choices=Against)
    claim = models.TextField("请求和理由")
    body = models.CharField("复议机关（法院）", max_length=200)
    number = models.CharField("案号", max_length=100)
    accepted_on = models.DateField("受理（立案）日期")
    served_on = models.DateField("收到副本日期")
    summary = models.BooleanField("适用简易程序", default=False)
    stage = models.CharField("程序", max_length=16, choices=Stage)
    earlier = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="later")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    decided_on = models.DateField("作出结果的日期", null=True, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome, blank=True)
    ruling = models.TextField("主文", blank=True)
    orders = models.TextField("要求做什么", blank=True)
    comply_days = models.PositiveSmallIntegerField("履行期限", null=True, blank=True)
    comply_unit = models.CharField("履行期限单位", max_length=8, choices=Unit, blank=True)
    complied_at = models.DateTimeField("履行时间", null=True, blank=True)
    in_time = models.BooleanField("按期履行", null=True, blank=True)
    complied_how = models.TextField("怎样履行", blank=True)
    annulled_at = models.DateTimeField("作废时间", null=True, blank=True)
    annulled_reason = models.CharField("作废原因", max_length=500, blank=True)

    class Meta:
        verbose_name = "复议诉讼"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number"],
                condition=models.Q(annulled_at__isnull=True),
                name="scrutiny_challenge_number",
            ),
            models.CheckConstraint(
                name="scrutiny_challenge_served", condition=models.Q(served_on__gte=models.F("accepted_on"))
            ),
            models.CheckConstraint(
                name="scrutiny_challenge_outcome_dated",
                condition=models.Q(outcome="", decided_on__isnull=True)
                | ~models.Q(outcome="") & models.Q(decided_on__isnull=False),
            ),
            models.CheckConstraint(
                name="scrutiny_challenge_orders_clock", condition=models.Q(orders="") | models.Q(comply_days__gt=0)
            ),
            models.CheckConstraint(
                name="scrutiny_challenge_annulled_why",
                condition=models.Q(annulled_at__isnull=True) | ~models.Q(annulled_reason=""),
            ),
        ]
        indexes = [models.Index(fields=["accepted_on", "kind"], name="scrutiny_challenge_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class ChallengePaper(models.Model):
    """A paper of a challenge: the notice, the answer, the decision or judgment, the proof of compliance."""

    class Kind(models.TextChoices):
        NOTICE = "notice", "受理通知、副本"
        ANSWER = "answer", "答复书、答辩状"
        RULING = "ruling", "决定书、裁判文书"
        PROOF = "proof", "履行凭据"
        OTHER = "other", "其他"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("上传时间")
    added_by = models.CharField("上传人", max_length=200)

    class Meta:
        verbose_name = "复议诉讼文书"

    def __str__(self) -> str:
        return str(self.file)
