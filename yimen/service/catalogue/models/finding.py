"""What finding an item needs: synonyms, search rows, the version of what can be found."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from yimen.service.catalogue.models.items import ServiceItem


class Synonym(models.Model):
    """What people say and what the catalogue calls it: 社保 → 社会保险.

    `expansions` are searched as well as the word.
    """

    word = models.CharField("群众的说法", max_length=40, unique=True)
    expansions = ArrayField(models.CharField(max_length=60), verbose_name="目录的说法")

    class Meta:
        verbose_name = verbose_name_plural = "同义词"
        ordering = ["word"]

    def __str__(self) -> str:
        return self.word


class ItemSearch(models.Model):
    """The search row of an item: character pairs of its title, of title and text, pinyin initials.

    Rebuilt on each change.
    """

    item = models.OneToOneField(ServiceItem, on_delete=models.CASCADE, primary_key=True, related_name="search")
    title = models.TextField("标题")
    text = models.TextField("标题与说明")
    grams = ArrayField(models.TextField(), verbose_name="全部字对")
    initials = models.TextField("拼音首字母", blank=True)
    public = models.BooleanField("公开可查", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "事项检索"
        indexes = [
            GinIndex(fields=["grams"], name="catalogue_search_grams"),
            models.Index(fields=["public", "item"], name="catalogue_search_public"),
        ]

    def __str__(self) -> str:
        return self.title


class CatalogueVersion(models.Model):
    """A single row whose number grows with each change of what can be found, so that workers know when to read
    again.
    """

    version = models.BigIntegerField("版本", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "目录版本"

    def __str__(self) -> str:
        return str(self.version)
