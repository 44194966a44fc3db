"""Divisions, departments, sections, centres, windows, posts, grants, authorisation letters and seals (R001–R013)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Division(models.Model):
    """An administrative division 行政区划; open depth (R001). `code` has 12 digits, a child's path begins with its parent's."""

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
    """A node of the open-depth organisation tree (R001): government, centre, department, section, town, village station.

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
        constraints = [models.UniqueConstraint(fields=["centre", "number"], name="organisations_window_number")]

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
        ADMINISTRATOR = "administrator", "系统管理"

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

    class Meta:
        verbose_name = "岗位"

    def __str__(self) -> str:
        return self.title


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
    ended_at = models.DateTimeField("收回时间", null=True, blank=True)

    class Meta:
        verbose_name = "授权"
        constraints = [
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

    class Meta:
        verbose_name = "三员"

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
    """授权委托书 (R006): a department's head lets a post accept, review, decide or issue at the window."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("文号", max_length=60, unique=True)
    department = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="letters", verbose_name="委托部门")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="letters", verbose_name="受托岗位")
    powers = models.JSONField("权限", help_text="accept、review、decide、issue 的列表")
    items = models.JSONField("事项范围", null=True, blank=True, help_text="实施编码列表；空为本部门全部事项")
    signer = models.CharField("签署人", max_length=60)
    signer_title = models.CharField("签署人职务", max_length=60)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, null=True, blank=True, related_name="letters")
    signed_on = models.DateField("签署日期")
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期")
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)
    revoked_reason = models.CharField("收回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "授权委托书"
        constraints = [
            models.CheckConstraint(
                name="organisations_letter_dates", condition=models.Q(valid_to__gte=models.F("valid_from"))
            )
        ]

    def __str__(self) -> str:
        return self.number
