"""Screens on walls: what stands open for days, where nobody is signed in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yimen.ground.organisations.models import Post


class WallScreen(models.Model):
    """A screen that shows the cockpit as the one who connected it would see it now, and nothing else.

    It is connected by a code of a few minutes (`code_digest`), after which its browser holds a key (`key_digest`). It ends with
    its time, by hand, or when the account loses the post or the right.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("挂在哪里", max_length=60)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, db_index=False, related_name="+")
    code_digest = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    key_digest = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField("设立时间")
    ends_at = models.DateTimeField("有效期至")
    seen_at = models.DateTimeField("最近一次更新", null=True, blank=True)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "监察大屏"
        constraints = [
            models.UniqueConstraint(
                fields=["code_digest"], condition=~models.Q(code_digest=""), name="supervision_wall_code"
            ),
            models.UniqueConstraint(
                fields=["key_digest"], condition=~models.Q(key_digest=""), name="supervision_wall_key"
            ),
        ]

    def __str__(self) -> str:
        return self.name
