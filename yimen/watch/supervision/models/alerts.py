"""预警、红黄牌: what a matter of the procedure `alert` carries besides, and what became of a card (R216, R225, R234)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from yimen.ground.matters.models import Matter
from yimen.ground.organisations.models import Unit, Window
from yimen.watch.supervision.models.rules import RuleVersion


class Violation(models.Model):
    """违规行为分类 (R225), as data."""

    code = models.SlugField("代号", max_length=30, primary_key=True)
    name = models.CharField("名称", max_length=30, unique=True)
    text = models.CharField("指什么", max_length=200)
    source = models.CharField("出处", max_length=100, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=0)
    in_use = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "违规行为"
        ordering: ClassVar[list[str]] = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class Terms(models.Model):
    """The limits of this procedure in working days, and what each mark costs in the appraisal (R217); one row."""

    explain_workdays = models.PositiveSmallIntegerField("说明", default=3)
    judge_workdays = models.PositiveSmallIntegerField("认定", default=5)
    appeal_workdays = models.PositiveSmallIntegerField("申诉", default=5)
    review_workdays = models.PositiveSmallIntegerField("复核", default=10)
    red_points = models.PositiveSmallIntegerField("红牌扣分", default=10)
    yellow_points = models.PositiveSmallIntegerField("黄牌扣分", default=5)
    notice_points = models.PositiveSmallIntegerField("提醒扣分", default=1)
    late_points = models.PositiveSmallIntegerField("超期办结扣分", default=2)
    deemed_points = models.PositiveSmallIntegerField("逾期未受理扣分", default=3)
    light_points = models.PositiveSmallIntegerField("亮红灯每件扣分", default=1)
    changed_at = models.DateTimeField("修改时间", null=True)
    changed_by = models.CharField("修改人", max_length=100, blank=True)

    class Meta:
        verbose_name = "监察设置"

    def __str__(self) -> str:
        return "监察设置"


class Alert(models.Model):
    """One finding. The matter's department is the responsible one; `key` makes it one per rule, object and due moment.

    `about` is the matter judged (none for a finding on a unit), `clock_seq` the step that started the judged clock. `evidence`
    is frozen; `found_at` the moment whose facts were judged.
    """

    class Source(models.TextChoices):
        RULE = "rule", "规则发现"
        HAND = "hand", "人工发出"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="alert")
    key = models.CharField("唯一键", max_length=200, unique=True)
    source = models.CharField("来源", max_length=4, choices=Source)
    version = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, null=True, related_name="alerts", verbose_name="规则"
    )
    level = models.CharField("建议处置", max_length=8, choices=RuleVersion.Level)
    violation = models.ForeignKey(Violation, on_delete=models.PROTECT, related_name="+", verbose_name="违规行为")
    about = models.ForeignKey(
        Matter, on_delete=models.PROTECT, null=True, related_name="alerts_about", verbose_name="所涉事项"
    )
    clock_seq = models.PositiveIntegerField("所判时钟", null=True)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="责任单位")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="责任人"
    )
    person_name = models.CharField("责任人", max_length=100, blank=True)
    window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="窗口")
    per = models.CharField("对象", max_length=6, default="person")
    text = models.CharField("发现", max_length=500)
    evidence = models.JSONField("证据", default=dict)
    since = models.DateTimeField("自")
    found_at = models.DateTimeField("发现时间")
    explanation = models.TextField("说明", blank=True)
    explained_by = models.CharField("说明人", max_length=100, blank=True)

    class Meta:
        verbose_name = "监察预警"
        indexes = [
            models.Index(fields=["-found_at", "-matter"], name="supervision_alert_newest"),
            models.Index(fields=["department", "-found_at"], name="supervision_alert_of_unit"),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def whose(self) -> str:
        """Whom it concerns, in words."""
        if self.per == "window" and self.window is not None:
            return f"{self.window}"
        return self.person_name if self.per == "person" and self.person_name else self.department.name


class Card(models.Model):
    """红牌、黄牌, given on an alert. `level` is what it says now; `given_level`, rule version and evidence are those of the day."""

    class Level(models.TextChoices):
        YELLOW = "yellow", "黄牌"
        RED = "red", "红牌"

    class Standing(models.TextChoices):
        OPEN = "open", "可申诉"
        APPEALED = "appealed", "申诉中"
        FINAL = "final", "已生效"
        WITHDRAWN = "withdrawn", "已撤销"

    alert = models.OneToOneField(Alert, on_delete=models.PROTECT, primary_key=True, related_name="card")
    number = models.CharField("编号", max_length=60, unique=True)
    level = models.CharField("牌", max_length=6, choices=Level)
    given_level = models.CharField("原牌", max_length=6, choices=Level)
    standing = models.CharField("效力", max_length=9, choices=Standing, default=Standing.OPEN)
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, null=True, related_name="cards")
    evidence = models.JSONField("证据", default=dict)
    reason = models.TextField("发牌理由")
    given_at = models.DateTimeField("发牌时间")
    given_by = models.CharField("发牌人", max_length=100)
    given_uid = models.UUIDField("发牌人标识")
    withdrawn_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "红黄牌"
        indexes = [models.Index(fields=["-given_at", "-alert"], name="supervision_card_newest")]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.number}"


class CardChange(models.Model):
    """What became of a card, each once and for good: given, appealed, decided, judged again."""

    append_only: ClassVar[bool] = True

    class What(models.TextChoices):
        GIVEN = "given", "发牌"
        APPEALED = "appealed", "申诉"
        CONFIRMED = "confirmed", "维持"
        LAPSED = "lapsed", "申诉期满，生效"
        SOFTENED = "softened", "减轻"
        WITHDRAWN = "withdrawn", "撤销"

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField("变化", max_length=9, choices=What)
    before = models.CharField("原牌", max_length=6, blank=True)
    after = models.CharField("现牌", max_length=6, blank=True)
    why = models.TextField("理由")
    by = models.CharField("谁", max_length=100)
    by_itself = models.BooleanField("自动", default=False)
    at = models.DateTimeField("时间")
    evidence = models.JSONField("依据", default=dict)

    class Meta:
        verbose_name = "红黄牌变化"
        indexes = [models.Index(fields=["card", "id"], name="supervision_change_of_card")]

    def __str__(self) -> str:
        return f"{self.card_id} {self.what}"


class Watermark(models.Model):
    """How far a nightly look through the ledger has come."""

    name = models.CharField(max_length=30, primary_key=True)
    step_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "看到哪一步"

    def __str__(self) -> str:
        return f"{self.name} {self.step_id}"
