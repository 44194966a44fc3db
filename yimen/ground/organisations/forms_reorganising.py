"""What a planner fills in about a reorganisation: one form a kind."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.db.models import QuerySet

from yimen.ground.kit import forms
from yimen.ground.organisations import lifecycle
from yimen.ground.organisations.models import Post, Unit
from yimen.ground.organisations.services import PartGiven

SPLIT_INTO = 3
SOURCE = {
    lifecycle.MERGE: "被并入的机构",
    lifecycle.SPLIT: "被分设的机构",
    lifecycle.RENAME: "更名的机构",
    lifecycle.DISSOLVE: "撤销的机构",
    lifecycle.MOVE_ITEMS: "划出职能的机构",
}
ITEMS_HELP = "实施编码（31 位），一行一个。"


class PlanForm(forms.Form):
    """The document that orders it, and the day from which it holds."""

    document = forms.Line(label="批准文号", max_length=60, help_text="例如：清编发〔2026〕12号。")
    document_title = forms.Line(label="文件名称", max_length=200)
    effective_on = forms.Day(label="生效日期", help_text="到这一天才能实施。")

    kind = ""

    def __init__(self, *args: Any, kind: str, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        units = units.select_related("division").order_by("path")
        if kind == lifecycle.MERGE:
            self.fields["sources"] = django_forms.ModelMultipleChoiceField(
                label=SOURCE[kind], queryset=units, widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"})
            )
        else:
            self.fields["source"] = django_forms.ModelChoiceField(label=SOURCE[kind], queryset=units)
        if kind == lifecycle.RENAME:
            self.fields["new_name"] = forms.Line(label="新名称", max_length=100)
            self.fields["new_short_name"] = forms.Line(label="新简称", max_length=40, required=False)
        elif kind == lifecycle.SPLIT:
            for n in range(1, SPLIT_INTO + 1):
                self.fields[f"target{n}"] = django_forms.ModelChoiceField(
                    label=f"分出的第 {n} 个机构", queryset=units, required=n == 1
                )
                self.fields[f"items{n}"] = forms.Paragraph(
                    label=f"划给第 {n} 个机构的事项", required=n == 1, max_length=60_000, help_text=ITEMS_HELP
                )
        else:
            self.fields["target"] = django_forms.ModelChoiceField(
                label="承接的机构", queryset=units, help_text="新组建的机构，请先在机构树里设立，并任命负责人。"
            )
            if kind == lifecycle.MOVE_ITEMS:
                self.fields["items"] = forms.Paragraph(label="划出的事项", max_length=60_000, help_text=ITEMS_HELP)

    def parts(self) -> list[PartGiven]:
        """What the form says goes where."""
        given = self.cleaned_data
        if self.kind == lifecycle.MERGE:
            return [PartGiven(source, given["target"]) for source in given["sources"]]
        if self.kind == lifecycle.RENAME:
            return [PartGiven(given["source"])]
        if self.kind == lifecycle.SPLIT:
            return [
                PartGiven(given["source"], given[f"target{n}"], given[f"items{n}"].split())
                for n in range(1, SPLIT_INTO + 1)
                if given.get(f"target{n}")
            ]
        items = given["items"].split() if self.kind == lifecycle.MOVE_ITEMS else None
        return [PartGiven(given["source"], given["target"], items)]


class MovingPostsForm(forms.Form):
    """Posts that go along with the items."""

    posts = django_forms.ModelMultipleChoiceField(
        label="随转的岗位", queryset=Post.objects.none(), required=False,
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
        help_text="不选的岗位留在原机构；他们手里划出的事，退回待认领。",
    )  # fmt: skip

    def __init__(self, *args: Any, posts: QuerySet[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["posts"]
        assert isinstance(field, django_forms.ModelMultipleChoiceField)  # noqa: S101 - declared so above
        field.queryset = posts
        field.label_from_instance = _post_words  # type: ignore[assignment, method-assign]  # Django's own hook


def _post_words(post: Post) -> str:
    return f"{post.unit.short_name} {post.title}（{post.account.name if post.account else '空缺'}）"
