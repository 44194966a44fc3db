"""Posts, who held them, and what may be done from them (R007, R013)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yimen.ground.organisations.models.tree import Division, Unit, Window


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
        CASHIER = "cashier", "收费"

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
