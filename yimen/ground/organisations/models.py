"""Divisions, departments, sections, centres, windows, posts, grants, authorisation letters and seals (R001–R013)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Division(models.Model):
    """An administrative division; open depth (R001). `code` has 12 digits; a child's path begins with its parent's."""

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    level = models.PositiveSmallIntegerField("层级")
    path = models.CharField("路径", max_length=200, unique=True)

    class Meta:
        verbose_name = "行政区划"

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A node of the open-depth organisation tree (R001): government, centre, department, section, town, village.

    `path` is `/id/id/…/` from the root, kept by services, so that a subtree is one prefix match.
    """

    class Kind(models.TextChoices):
        GOVERNMENT = "government", "政府"
        OFFICE = "office", "政务服务管理机构"
        CENTRE = "centre", "政务服务中心"
        SUBCENTRE = "subcentre", "分中心"
        DEPARTMENT = "department", "部门"
        SECTION = "section", "科室"
        TOWN = "town", "乡镇（街道）便民服务中心"
        VILLAGE = "village", "村（社区）便民服务站"

    depth: int  # set by selectors.tree for the page that draws it

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类型", max_length=12, choices=Kind)
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=40)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField("路径", max_length=200, blank=True, db_index=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="units")
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    use_level = models.CharField("行使层级代码", max_length=1, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    approval_section = models.BooleanField("行政审批服务科", default=False)
    founded_on = models.DateField("设立日期", null=True, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    order = models.PositiveSmallIntegerField("排序", default=100)

    class Meta:
        verbose_name = "机构"
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], condition=models.Q(dissolved_on__isnull=True), name="organisations_unit_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Window(models.Model):
    """A service window in a hall; a comprehensive window serves many departments."""

    class Kind(models.TextChoices):
        COMPREHENSIVE = "comprehensive", "综合窗口"
        DEPARTMENT = "department", "部门窗口"
        ISSUING = "issuing", "统一出件窗口"
        FEE = "fee", "统一收费窗口"
        DUTY = "duty", "总值班窗口"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    centre = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="windows", verbose_name="所在中心")
    number = models.CharField("窗口号", max_length=10)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=16, choices=Kind)
    departments = models.ManyToManyField(Unit, related_name="served_at", verbose_name="受理部门", blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "窗口"
        constraints = [
            models.CheckConstraint(name="organisations_window_number_given", condition=~models.Q(number="")),
            models.UniqueConstraint(fields=["centre", "number"], name="organisations_window_number"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number} 号"


class Post(models.Model):
    """A post 岗位: what a person does in a unit, held by one account for a time."""

    class Duty(models.TextChoices):
        CLERK = "clerk", "窗口受理"
        REVIEWER = "reviewer", "审查"
        APPROVER = "approver", "审批"
        CHIEF = "chief", "首席代表"
        HEAD = "head", "部门负责人"
        ISSUER = "issuer", "出件"
        MANAGER = "manager", "中心管理"
        EDITOR = "editor", "事项管理"
        LEGAL = "legal", "合法性审查"
        SUPERVISOR = "supervisor", "监察"
        LEADER = "leader", "政府领导"
        AGENT = "agent", "村级代办"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts", verbose_name="机构")
    duty = models.CharField("职责", max_length=16, choices=Duty)
    title = models.CharField("岗位名称", max_length=60)
    window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="posts")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="posts"
    )
    held_from = models.DateField("任职自", null=True, blank=True)
    held_to = models.DateField("任职至", null=True, blank=True)
    main = models.BooleanField("主岗", default=True)
    abolished_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = "岗位"
        indexes = [models.Index(fields=["account", "id"], name="organisations_post_held")]
        constraints = [
            # R007: one chief representative of a unit at a time.
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(duty="chief", abolished_on__isnull=True),
                name="organisations_one_chief",
            ),
            models.CheckConstraint(
                name="organisations_post_tenure",
                condition=models.Q(account__isnull=True, held_from__isnull=True, held_to__isnull=True)
                | (
                    models.Q(account__isnull=False, held_from__isnull=False)
                    & (models.Q(held_to__isnull=True) | models.Q(held_to__gte=models.F("held_from")))
                ),
            ),
            models.CheckConstraint(
                name="organisations_abolished_post_is_empty",
                condition=models.Q(abolished_on__isnull=True) | models.Q(account__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Tenure(models.Model):
    """Who held a post from when to when. The post itself says only who holds it now."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="tenures")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tenures")
    held_from = models.DateField("任职自")
    held_to = models.DateField("任职至", null=True, blank=True)
    appointed_by = models.UUIDField("任命人")
    appointed_at = models.DateTimeField("任命时间")
    ended_by = models.UUIDField("免职人", null=True, blank=True)
    ended_at = models.DateTimeField("免职时间", null=True, blank=True)

    class Meta:
        verbose_name = "任职记录"
        constraints = [
            models.UniqueConstraint(
                fields=["post"], condition=models.Q(ended_at__isnull=True), name="organisations_one_holder"
            )
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.held_from}"


class Grant(models.Model):
    """A permission code given to a post or to an account, within a scope (architecture §5). Rows, never columns."""

    class Scope(models.TextChoices):
        OWN = "own", "本人"
        WINDOW = "window", "本窗口"
        DEPARTMENT = "department", "本部门"
        CENTRE = "centre", "本中心"
        DIVISION = "division", "本区划"
        ALL = "all", "全部"

    code = models.CharField("权限", max_length=60, db_index=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    scope = models.CharField("范围", max_length=12, choices=Scope)
    scope_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    scope_window = models.ForeignKey(Window, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    scope_division = models.ForeignKey(Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    given_by = models.UUIDField("授权人")
    given_at = models.DateTimeField("授权时间")
    ended_by = models.UUIDField("收回人", null=True, blank=True)
    ended_at = models.DateTimeField("收回时间", null=True, blank=True)

    class Meta:
        verbose_name = "授权"
        indexes = [
            models.Index(fields=["post"], condition=models.Q(ended_at__isnull=True), name="organisations_grant_post"),
            models.Index(
                fields=["account"], condition=models.Q(ended_at__isnull=True), name="organisations_grant_account"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "post", "account", "scope", "scope_unit", "scope_window", "scope_division"],
                condition=models.Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="organisations_grant_once",
            ),
            # A scope names at most its own kind of place; none named means the place of the post.
            models.CheckConstraint(
                name="organisations_grant_scope",
                condition=models.Q(
                    scope__in=["own", "all"],
                    scope_unit__isnull=True,
                    scope_window__isnull=True,
                    scope_division__isnull=True,
                )
                | models.Q(scope="window", scope_unit__isnull=True, scope_division__isnull=True)
                | models.Q(scope__in=["department", "centre"], scope_window__isnull=True, scope_division__isnull=True)
                | models.Q(scope="division", scope_unit__isnull=True, scope_window__isnull=True),
            ),
            # An account's own grant has no post to take the place from.
            models.CheckConstraint(
                name="organisations_grant_to_account_names_place",
                condition=models.Q(account__isnull=True)
                | models.Q(scope__in=["own", "all"])
                | models.Q(scope_unit__isnull=False)
                | models.Q(scope_window__isnull=False)
                | models.Q(scope_division__isnull=False),
            ),
            models.CheckConstraint(
                name="organisations_grant_to_post_or_account",
                condition=models.Q(post__isnull=False, account__isnull=True)
                | models.Q(post__isnull=True, account__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.get_scope_display()})"


class AdminRole(models.Model):
    """三员: system, security and audit administrator. One row an account, so the database lets nobody hold two."""

    class Role(models.TextChoices):
        SYSTEM = "system", "系统管理员"
        SECURITY = "security", "安全管理员"
        AUDIT = "audit", "审计管理员"

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="admin_role"
    )
    role = models.CharField("角色", max_length=10, choices=Role)
    given_at = models.DateTimeField("授予时间")
    given_by = models.UUIDField("授予人")

    class Meta:
        verbose_name = "三员"
        constraints = [
            models.CheckConstraint(
                name="organisations_admin_role_known",
                condition=models.Q(role__in=["system", "security", "audit"]),
            )
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class Seal(models.Model):
    """Register of seals (R008): approval seals of departments, the centre's acceptance seal."""

    class Kind(models.TextChoices):
        APPROVAL = "approval", "行政审批专用章"
        ACCEPTANCE = "acceptance", "政务服务受理专用章"
        JOINT = "joint", "联合审批专用章"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="seals", verbose_name="用印单位")
    kind = models.CharField("种类", max_length=12, choices=Kind)
    text = models.CharField("印文", max_length=60)
    number = models.CharField("印章编号", max_length=20, unique=True)
    keeper = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="seals_kept")
    valid_from = models.DateField("启用日期")
    ended_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "印章"

    def __str__(self) -> str:
        return self.text


class AuthorisationLetter(models.Model):
    """授权委托书 (R006): a department's head lets a post accept, review, decide or issue at the window.

    Signed letters of one department to one post never overlap in time (exclusion constraint in the database), so that
    every decision rests on exactly one letter. Past `valid_to` a letter is expired; nothing has to be written for it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "起草"
        SIGNED = "signed", "已签署"
        REVOKED = "revoked", "已收回"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("文号", max_length=60, unique=True)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="letters", verbose_name="委托部门")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="letters", verbose_name="受托岗位")
    powers = models.JSONField("权限", help_text="accept、review、decide、issue 的列表")
    items = models.JSONField("事项范围", null=True, blank=True, help_text="实施编码列表；空为本部门全部事项")
    signer = models.CharField("签署人", max_length=60, blank=True)
    signer_title = models.CharField("签署人职务", max_length=60, blank=True)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, null=True, blank=True, related_name="letters")
    state = models.CharField("状态", max_length=8, choices=State, default=State.DRAFT)
    drafted_by = models.UUIDField("起草人")
    drafted_at = models.DateTimeField("起草时间")
    signed_by = models.UUIDField("签署人标识", null=True, blank=True)
    signed_at = models.DateTimeField("签署时间", null=True, blank=True)
    signed_on = models.DateField("签署日期", null=True, blank=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期")
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)
    revoked_by = models.UUIDField("收回人", null=True, blank=True)
    revoked_reason = models.CharField("收回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "授权委托书"
        constraints = [
            models.CheckConstraint(
                name="organisations_letter_dates", condition=models.Q(valid_to__gte=models.F("valid_from"))
            ),
            models.CheckConstraint(
                name="organisations_letter_state",
                condition=models.Q(state="draft", signed_at__isnull=True, revoked_at__isnull=True)
                | (
                    models.Q(state="signed", signed_at__isnull=False, signed_on__isnull=False, revoked_at__isnull=True)
                    & ~models.Q(signer="")
                )
                | models.Q(state="revoked", revoked_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["post", "valid_to"], condition=models.Q(state="signed"), name="organisations_letter_of"
            )
        ]

    def __str__(self) -> str:
        return self.number


class SealUse(models.Model):
    """One use of a seal (R008): on what, by whom, under which letter. Append-only by trigger."""

    append_only: ClassVar[bool] = True

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="uses")
    letter = models.ForeignKey(AuthorisationLetter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    used_at = models.DateTimeField("用印时间")
    actor_uid = models.UUIDField("用印人标识")
    actor_name = models.CharField("用印人", max_length=100)
    actor_post = models.CharField("岗位", max_length=60, blank=True)
    document = models.CharField("文书", max_length=200)
    document_number = models.CharField("文号", max_length=80, blank=True)

    class Meta:
        verbose_name = "用印记录"
        indexes = [models.Index(fields=["seal", "-id"], name="organisations_seal_use")]

    def __str__(self) -> str:
        return f"{self.document} {self.used_at:%Y-%m-%d}"


class Stamp(models.Model):
    """One row with a random value that is new whenever posts, rights, letters, units or seals changed (by trigger).

    What a process read under a stamp is true while the stamp is the same: `selectors` keeps actors and letterheads by it.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField("标记")

    class Meta:
        verbose_name = "机构变动标记"

    def __str__(self) -> str:
        return str(self.stamp)
