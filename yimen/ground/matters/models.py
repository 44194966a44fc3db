"""The thread: what somebody is waiting for, and the ledger of what was done about it (architecture §3)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from yimen.ground.calendar.models import CalendarChange
from yimen.ground.identity.models import Party
from yimen.ground.matters.lifecycle import page_name
from yimen.ground.organisations.models import Division, Post, Unit, Window


class LedgerHead(models.Model):
    """One row: what ledger this is. `synthetic` marks a database of demo, simulation or drill, for good."""

    installation = models.UUIDField(default=uuid.uuid4)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "账本首页"

    def __str__(self) -> str:
        return str(self.installation)


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


class Step(models.Model):
    """One act in the append-only ledger.

    `happened_at` is the moment that counts, said by people; `recorded_at` is when it was written down, said by the
    database alone. `clock`, `facts` and `documents` are JSON text kept exactly as given, because the link covers them.
    """

    append_only = True
    only_by_function = True

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, db_index=False, related_name="steps")
    seq = models.PositiveIntegerField("序号")
    action = models.CharField("动作", max_length=40)
    from_state = models.CharField("原状态", max_length=30, blank=True)
    to_state = models.CharField("新状态", max_length=30, blank=True)
    actor_uid = models.UUIDField("办理人标识")
    actor_name = models.CharField("办理人", max_length=200)
    actor_post = models.CharField("岗位", max_length=120, blank=True)
    window = models.CharField("窗口", max_length=80, blank=True)
    happened_at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("记录时间")
    basis = models.CharField("补记依据", max_length=40, blank=True)
    clock = models.TextField("时钟作用", blank=True)
    facts = models.TextField("事实", blank=True)
    documents = models.TextField("文书", blank=True)
    procedure = models.CharField(max_length=40)
    division = models.CharField(max_length=12)
    link = models.BinaryField("链值")

    class Meta:
        verbose_name = "步骤"
        constraints = [models.UniqueConstraint(fields=["matter", "seq"], name="matters_step_seq")]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


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


class Unsealed(models.Model):
    """Queue of steps that wait for their seal; a row is written in the step's own transaction."""

    only_by_function = True

    step_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name = "待封步骤"

    def __str__(self) -> str:
        return str(self.step_id)


class Seal(models.Model):
    """A seal over a batch of steps: the running SM3 and the SM2 signature of its head."""

    append_only = True

    sealed_at = models.DateTimeField("封存时间")
    count = models.PositiveIntegerField("步数")
    previous_head = models.BinaryField("前一封首")
    head = models.BinaryField("封首")
    mac_key = models.CharField("消息鉴别密钥", max_length=40)
    signature = models.BinaryField("签名")
    signature_key = models.CharField("签名密钥", max_length=40)
    algorithm = models.CharField("算法", max_length=60)

    class Meta:
        verbose_name = "封存"

    def __str__(self) -> str:
        return f"第 {self.pk} 封"


class SealEntry(models.Model):
    """A step's place in a seal and its HMAC-SM3; the step itself is never touched."""

    append_only = True

    step_id = models.BigIntegerField(primary_key=True)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, db_index=False, related_name="entries")
    position = models.PositiveIntegerField()
    mac = models.BinaryField()

    class Meta:
        verbose_name = "封存条目"
        constraints = [models.UniqueConstraint(fields=["seal", "position"], name="matters_seal_position")]

    def __str__(self) -> str:
        return str(self.step_id)


class Recalculation(models.Model):
    """One change of the calendar brought to the open matters, or taken back: first the preview, then a step on each.

    `version` is the calendar's version that the preview compared with; where it has moved the preview is stale.
    `cursor` is the last matter that the running pass has looked at, so that a worker that dies goes on where it stood.
    """

    class State(models.TextChoices):
        PREVIEWING = "previewing", "正在预览"
        READY = "ready", "可以实行"
        APPLYING = "applying", "正在实行"
        SWEEPING = "sweeping", "正在核对"
        TELLING = "telling", "正在通知"
        DONE = "done", "已完成"
        REPLACED = "replaced", "已作废"

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    change = models.ForeignKey(CalendarChange, on_delete=models.PROTECT, related_name="+", verbose_name="日历变更")
    undo = models.BooleanField("撤销", default=False)
    reason = models.CharField("撤销原因", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PREVIEWING)
    version = models.BigIntegerField("日历版本")
    cursor = models.BigIntegerField("看到", default=0)
    looked = models.PositiveIntegerField("看过的件数", default=0)
    passes = models.PositiveSmallIntegerField("核对遍数", default=0)
    created_at = models.DateTimeField("预览时间")
    created_by = models.CharField("预览人", max_length=100)
    started_at = models.DateTimeField("开始实行", null=True, blank=True)
    started_by = models.CharField("实行人", max_length=100, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "日历变更重算"
        indexes = [models.Index(fields=["change", "-id"], name="matters_recalculation_change")]
        constraints = [
            # A calendar changes once at a time: the next one waits until every open matter has been brought along.
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(state__in=["applying", "sweeping"]),
                name="matters_recalculation_one_runs",
            )
        ]

    def __str__(self) -> str:
        return f"{self.change} {self.get_state_display()}"


class MovedMatter(models.Model):
    """An open matter whose date a change of the calendar moves, or makes firm (`kind`); `seq` is its step once taken."""

    class Kind(models.TextChoices):
        MOVED = "moved", "日期改变"
        FIRMED = "firmed", "暂定变为确定"
        LOOSENED = "loosened", "确定变为暂定"

    class State(models.TextChoices):
        WAITING = "waiting", "待重算"
        TAKEN = "taken", "已重算"
        CLOSED = "closed", "已先办结"
        SAME = "same", "日期已不受影响"

    recalculation = models.ForeignKey(Recalculation, on_delete=models.CASCADE, related_name="items", db_index=False)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    old_due_on = models.DateField("原期限", null=True, blank=True)
    new_due_on = models.DateField("新期限", null=True, blank=True)
    old_legal_due_on = models.DateField("原法定期限", null=True, blank=True)
    new_legal_due_on = models.DateField("新法定期限", null=True, blank=True)
    why = models.CharField("原因", max_length=500, blank=True)
    late_found = models.BooleanField("预览之后出现", default=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    seq = models.PositiveIntegerField("步骤序号", null=True, blank=True)
    taken_at = models.DateTimeField("重算时间", null=True, blank=True)
    told = models.BooleanField("已通知", default=False)

    class Meta:
        verbose_name = "日期变动"
        constraints = [
            models.UniqueConstraint(fields=["recalculation", "matter"], name="matters_moved_once"),
        ]
        indexes = [
            models.Index(
                fields=["recalculation", "id"], name="matters_moved_waiting", condition=models.Q(state="waiting")
            ),
            models.Index(
                fields=["recalculation", "id"],
                name="matters_moved_untold",
                condition=models.Q(state="taken", kind="moved", told=False),
            ),
            models.Index(fields=["recalculation", "department", "id"], name="matters_moved_department"),
        ]

    def __str__(self) -> str:
        return f"{self.old_due_on} → {self.new_due_on}"


class EffectTerms(models.Model):
    """What an administrator has set about an effect at expiry; without a row it has its defaults.

    Whether a statute's own effect is in force is not for a place to say: for those only the warnings count.
    """

    effect = models.CharField("后果", max_length=30, primary_key=True)
    in_use = models.BooleanField("启用", default=True)
    days = models.PositiveSmallIntegerField("几个工作日", null=True, blank=True)
    warn_workdays = models.JSONField("提前几个工作日提醒", default=list)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=100)

    class Meta:
        verbose_name = "法定后果设置"

    def __str__(self) -> str:
        return self.effect


class EffectWarning(models.Model):
    """Somebody was warned, so many working days before, that an effect will come; each once for a due moment."""

    append_only = True

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, db_index=False, related_name="+")
    effect = models.CharField("后果", max_length=30)
    falls_due_at = models.DateTimeField("发生时刻")
    workdays = models.PositiveSmallIntegerField("提前几个工作日")
    warned_at = models.DateTimeField("提醒时间")

    class Meta:
        verbose_name = "法定后果提醒"
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "effect", "falls_due_at", "workdays"], name="matters_effect_warned"
            )
        ]

    def __str__(self) -> str:
        return f"{self.effect} T-{self.workdays}"


class EffectTaken(models.Model):
    """An effect that came: under which article, whose limit had run out, and the step that says so.

    `at_fault`: the unit let its limit run out; not so where the applicant did.
    `fell_due_at` is the last moment that was still in time, `taken_at` when it was written down. `undone_seq` is the step
    by which an authorised person took it back.
    """

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="effects")
    effect = models.CharField("后果", max_length=30)
    label = models.CharField("名称", max_length=40)
    law = models.CharField("依据", max_length=120)
    fell_due_at = models.DateTimeField("期限届满")
    taken_at = models.DateTimeField("记入时间")
    seq = models.PositiveIntegerField("步骤序号")
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="逾期单位")
    person_name = models.CharField("逾期经办人", max_length=100, blank=True)
    at_fault = models.BooleanField("记作单位逾期", default=True, db_default=True)
    undone_seq = models.PositiveIntegerField("撤销步骤", null=True, blank=True)
    undone_by = models.CharField("撤销人", max_length=100, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_reason = models.CharField("撤销理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "法定后果"
        constraints = [
            models.UniqueConstraint(fields=["matter", "effect", "fell_due_at"], name="matters_effect_once"),
        ]
        indexes = [models.Index(fields=["department", "-taken_at", "-id"], name="matters_effect_of_unit")]

    def __str__(self) -> str:
        return f"{self.label} {self.fell_due_at:%Y-%m-%d}"


class WatchAhead(models.Model):
    """How many calendar days before a limit ends somebody above wants the watch to look first; the largest counts."""

    name = models.CharField("谁", max_length=40, primary_key=True)
    days = models.PositiveSmallIntegerField("提前天数")

    class Meta:
        verbose_name = "巡查提前量"

    def __str__(self) -> str:
        return f"{self.name} {self.days}"


class Tally(models.Model):
    """Counts for the board, as sums over these rows: what is open now by light, and what was opened and closed on a day.

    Triggers on `matters_matter` append differences in the transaction that makes them; `tallies.fold` adds them up into the
    `folded` row of each group. Without foreign keys: they would be asked again at every difference.
    """

    class What(models.TextChoices):
        OPEN = "open", "在办"
        OPENED = "opened", "收件"
        CLOSED = "closed", "办结"
        LATE = "late", "超期办结"

    what = models.CharField("项目", max_length=8, choices=What)
    light = models.CharField("信号灯", max_length=8, blank=True)
    procedure = models.CharField("办理程序", max_length=40)
    department = models.ForeignKey(
        Unit, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    centre = models.ForeignKey(
        Unit, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, null=True, related_name="+"
    )
    division = models.ForeignKey(
        Division, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    day = models.DateField("日期", null=True)
    count = models.BigIntegerField("件数")
    folded = models.BooleanField("已合计", default=False)

    class Meta:
        verbose_name = "件数"
        constraints = [
            models.UniqueConstraint(
                fields=["what", "day", "light", "procedure", "department", "centre", "division"],
                condition=models.Q(folded=True),
                nulls_distinct=False,
                name="matters_tally_group",
            )
        ]
        indexes = [
            models.Index(fields=["what", "day"], name="matters_tally_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.count}"


from yimen.ground.matters.proof.models import LedgerDigest as LedgerDigest  # noqa: E402  (a model of this module, kept apart)
