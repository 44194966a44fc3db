"""The thread: what somebody is waiting for, who handles it for them, what holds it up."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from yimen.ground.identity.models import Party
from yimen.ground.matters.lifecycle import page_name
from yimen.ground.organisations.models import Division, Post, Unit, Window


class Matter(models.Model):
    """一件事: a number, a responsible post, a state, a clock, a ledger.

    `state`, `version`, `last_seq` and `last_link` are written by `matters_take_step` alone. The clock's columns are a cache
    of what the steps say; `sort_at` is `due_at`, or the far future while no clock runs, so that lists page by one column.
    `watch_at` is when the watch looks at it next, `look_by` a moment that matters whatever its clock says
    (an expiry), `light` what supervision says of its clock; empty where nothing shines.
    Foreign keys bring no index of their own: each index below names its query, and no other is paid for at every step.
    """

    class Channel(models.TextChoices):
        WINDOW = "window", "窗口"
        WEB = "web", "网上"
        PHONE = "phone", "手机"
        AGENT = "agent", "代办点"
        API = "api", "接口"
        IMPORTED = "import", "导入"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    procedure = models.CharField("办理程序", max_length=40)
    procedure_version = models.PositiveSmallIntegerField("程序版本")
    code = models.CharField("编号", max_length=60, unique=True)
    title = models.CharField("名称", max_length=500)
    subject = models.CharField("事项编码", max_length=40, blank=True)
    state = models.CharField("状态", max_length=30, blank=True)
    version = models.PositiveIntegerField("版本", default=0)
    last_seq = models.PositiveIntegerField("末步序号", default=0)
    last_link = models.BinaryField("末步链值", default=b"")

    applicant = models.ForeignKey(
        Party, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="matters"
    )
    applicant_name = models.CharField("申请人", max_length=200, blank=True)
    department = models.ForeignKey(
        Unit, on_delete=models.PROTECT, db_index=False, related_name="matters", verbose_name="责任部门"
    )
    post = models.ForeignKey(Post, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人",
    )
    person_name = models.CharField("经办人姓名", max_length=100, blank=True)
    window = models.ForeignKey(
        Window, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+"
    )
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+")
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name="区划"
    )
    channel = models.CharField("渠道", max_length=8, choices=Channel)

    opened_at = models.DateTimeField("提交时间")
    clock = models.CharField("现行时钟", max_length=20, blank=True)
    due_on = models.DateField("承诺期限", null=True, blank=True)
    due_at = models.DateTimeField("到期时刻", null=True, blank=True)
    legal_due_on = models.DateField("法定期限", null=True, blank=True)
    warn_at = models.DateTimeField("预警时刻", null=True, blank=True)
    stopped_since = models.DateTimeField("停表自", null=True, blank=True)
    provisional = models.BooleanField("期限暂定", default=False)
    sort_at = models.DateTimeField("排序时刻")
    watch_at = models.DateTimeField("下次巡查时刻", null=True, blank=True)
    look_by = models.DateTimeField("不论时钟，此时巡查", null=True, blank=True)
    light = models.CharField("信号灯", max_length=8, blank=True, default="", db_default="")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=30, blank=True)
    work_days = models.PositiveIntegerField("用时（计入期限的日数）", null=True, blank=True)
    on_time = models.BooleanField("按时", null=True, blank=True)

    class Meta:
        verbose_name = "一件事"
        indexes = [
            # The work lists: only what is open, by urgency. Their size follows the work, not the history.
            models.Index(
                fields=["window", "sort_at", "id"],
                name="matters_open_by_window",
                condition=models.Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["department", "sort_at", "id"],
                name="matters_open_by_department",
                condition=models.Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["person", "sort_at", "id"],
                name="matters_open_by_person",
                condition=models.Q(closed_at__isnull=True, person__isnull=False),
            ),
            models.Index(
                fields=["centre", "sort_at", "id"],
                name="matters_open_by_centre",
                condition=models.Q(closed_at__isnull=True),
            ),
            # The watch over clocks: what has to be looked at next. What nobody need look at is not in it.
            models.Index(fields=["watch_at"], name="matters_watch", condition=models.Q(watch_at__isnull=False)),
            # What shines now: few among many.
            models.Index(
                fields=["light", "sort_at", "id"],
                name="matters_shining",
                condition=models.Q(closed_at__isnull=True) & ~models.Q(light=""),
            ),
            # What was closed on some days: the list behind a number of the board.
            models.Index(
                fields=["-closed_at", "-id"], name="matters_closed", condition=models.Q(closed_at__isnull=False)
            ),
            # One applicant's matters, and each department's, newest first.
            models.Index(fields=["applicant", "-opened_at", "-id"], name="matters_of_applicant"),
            models.Index(fields=["department", "-opened_at", "-id"], name="matters_of_department"),
            models.Index(fields=["-opened_at", "-id"], name="matters_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def page(self) -> str:
        """Where staff open it; empty where its module has no page for it."""
        name = page_name(self.procedure)
        return reverse(name, args=[self.code]) if name else ""


class Behalf(models.Model):
    """Who handles a matter for its applicant: an agent under a mandate, or one of an enterprise's people (R016, R017).

    `number` is the mandate's; empty for an enterprise's own people, whose matters pass to a successor when they leave.
    """

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, primary_key=True, related_name="behalf")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("代办人", max_length=100)
    number = models.CharField("委托编号", max_length=40, blank=True)
    role = models.CharField("单位内角色", max_length=8, blank=True)
    since = models.DateTimeField("自")

    class Meta:
        verbose_name = "代办关系"

    def __str__(self) -> str:
        return f"{self.name} {self.number}".strip()


class Hold(models.Model):
    """挂起条件: an upper module stops a step of a lower one until it lifts the hold."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField("种类", max_length=40)
    point = models.CharField("挡住的步骤", max_length=40)
    reason = models.CharField("原因", max_length=300)
    placed_at = models.DateTimeField("设置时间")
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "挂起条件"
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "kind"], condition=models.Q(lifted_at__isnull=True), name="matters_hold_one_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return self.reason
