"""An edition's way: draft, legal check by another person, in force, retired; and what is refused on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from yimen.ground.kit.models import AuditEntry, OutboxEvent
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, Refusal
from yimen.service.catalogue import selectors, services, side_by_side
from yimen.service.catalogue.models import EditionMaterial, FormDefinition, ItemEdition, LegalCheck
from yimen.service.catalogue.refusals import EditionMoved, EditionNotOpen, ItemNotPublished, NotPublishable, OwnCheck
from yimen.service.catalogue.services.editions import MaterialValues
from yimen.service.catalogue.tests.conftest import CODE, FORM, NOON, item_of

if TYPE_CHECKING:
    from tests.cast import Cast


def test_from_draft_to_force(cast: Cast, draft: ItemEdition, publish: Callable[[ItemEdition], ItemEdition]) -> None:
    code = item_of(draft).code
    with pytest.raises(ItemNotPublished):
        selectors.open_edition(code, NOON)
    published = publish(draft)
    assert (published.status, str(published.effective_on), published.published_by) == (
        "published",
        "2026-10-12",
        "马成",
    )
    assert selectors.open_edition(code, NOON).pk == published.pk
    check = LegalCheck.objects.get()
    assert (check.checker, check.verdict) == ("方正", "passed")
    assert OutboxEvent.objects.filter(name="catalogue.EditionPublished").count() == 1
    assert AuditEntry.objects.filter(action__startswith="catalogue.").count() >= 5


def test_an_item_without_a_national_code_gets_one(draft: ItemEdition, cast: Cast) -> None:
    item = item_of(draft)
    assert (item.national, item.code, item.use_level) == (False, "B51991100001", "4")
    assert item.code31 == f"{cast.units['market'].credit_code}4B51991100001"


def test_a_national_code_is_kept_and_never_given_twice(cast: Cast) -> None:
    given: dict[str, Any] = {
        "actor": cast.actor("editor"),
        "name": "某事项",
        "kind": "licence",
        "department": cast.units["market"],
        "at": NOON,
    }
    item = services.create_item(**given, task_code=CODE + "01")
    assert (item.code, item.code31, item.national) == (CODE + "01", CODE, True)
    with pytest.raises(Conflict, match="已经有事项在用"):
        services.create_item(**given, task_code=CODE + "01")
    with pytest.raises(Invalid):
        services.create_item(**given, task_code=CODE[:-1])


def test_nobody_checks_what_they_wrote(cast: Cast, draft: ItemEdition) -> None:
    services.submit_for_legal_check(actor=cast.actor("editor"), edition=draft, at=NOON)
    ItemEdition.objects.filter(pk=draft.pk).update(author_uid=cast.actor("legal").uid)
    with pytest.raises(OwnCheck):
        services.decide_legal_check(actor=cast.actor("legal"), edition=draft, passed=True, opinion="", at=NOON)


def test_what_was_not_checked_cannot_go_live(cast: Cast, draft: ItemEdition) -> None:
    with pytest.raises(EditionNotOpen, match="合法性审查"):
        services.publish_edition(actor=cast.actor("manager"), edition=draft, at=NOON)


def test_returning_needs_an_opinion_and_lets_the_editor_go_on(cast: Cast, draft: ItemEdition) -> None:
    services.submit_for_legal_check(actor=cast.actor("editor"), edition=draft, at=NOON)
    legal = cast.actor("legal")
    with pytest.raises(Invalid):
        services.decide_legal_check(actor=legal, edition=draft, passed=False, opinion=" ", at=NOON)
    back = services.decide_legal_check(actor=legal, edition=draft, passed=False, opinion="依据条款写错", at=NOON)
    assert back.status == "draft"
    saved = services.save_edition(actor=cast.actor("editor"), edition=back, values={"legal_basis": "第五条"}, at=NOON)
    assert saved.legal_basis == "第五条"


def test_errors_stop_a_draft_before_the_check(cast: Cast, draft: ItemEdition) -> None:
    services.save_edition(
        actor=cast.actor("editor"), edition=draft, values={"promise_limit": 30, "legal_basis": ""},
        materials=[MaterialValues(name="其他有关材料")], at=NOON,
    )  # fmt: skip
    with pytest.raises(NotPublishable) as refused:
        services.submit_for_legal_check(actor=cast.actor("editor"), edition=draft, at=NOON)
    assert set(refused.value.fields) == {"promise_limit", "legal_basis", "materials"}


def test_a_licence_whose_limit_is_taken_out_gets_the_default(cast: Cast, draft: ItemEdition) -> None:
    saved = services.save_edition(
        actor=cast.actor("editor"), edition=draft, values={"legal_limit": None, "legal_unit": ""}, at=NOON
    )
    assert (saved.legal_limit, saved.legal_unit, saved.legal_source) == (20, "working_day", "statutory_default")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "magic"}, "kind"),
        ({"legal_limit": "-1"}, "legal_limit"),
        ({"legal_limit": "9" * 30}, "legal_limit"),
        ({"promise_limit": 3, "promise_unit": ""}, "promise_unit"),
        ({"service_objects": ["nobody"]}, "service_objects"),
        ({"content": "a\x00b"}, "content"),
        ({"conditions": "长" * 8001}, "conditions"),
        ({"themes": ["长" * 61]}, "themes"),
        ({"questions": [{"question": "", "answer": "有答无问"}]}, "questions"),
    ],
)  # fmt: skip
def test_a_wrong_element_is_named(cast: Cast, draft: ItemEdition, values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.save_edition(actor=cast.actor("editor"), edition=draft, values=values, at=NOON)
    assert field in refused.value.fields


def test_two_editors_do_not_write_over_each_other(cast: Cast, draft: ItemEdition) -> None:
    seen = draft.version
    services.save_edition(
        actor=cast.actor("editor"), edition=draft, values={"content": "先"}, expected_version=seen, at=NOON
    )
    with pytest.raises(EditionMoved):
        services.save_edition(
            actor=cast.actor("editor"), edition=draft, values={"content": "后"}, expected_version=seen, at=NOON
        )


def test_strangers_may_do_nothing(cast: Cast, draft: ItemEdition) -> None:
    for name in ("qian_staff", "wang", "li", "sun"):
        actor = cast.actor(name)
        with pytest.raises(NotAllowed):
            services.save_edition(actor=actor, edition=draft, values={"content": "x"}, at=NOON)
        with pytest.raises(NotAllowed):
            services.submit_for_legal_check(actor=actor, edition=draft, at=NOON)
        with pytest.raises(NotAllowed):
            services.cancel_item(actor=actor, item=draft.item, reason="x", basis="y", at=NOON)
    with pytest.raises(NotAllowed):
        services.create_item(
            actor=cast.actor("editor"), name="别部门的事", kind="licence", department=cast.units["health"], at=NOON
        )


def test_a_new_edition_retires_the_old_one_and_running_cases_keep_theirs(
    cast: Cast, published: ItemEdition, publish: Callable[[ItemEdition], ItemEdition]
) -> None:
    second = services.new_edition(actor=cast.actor("editor"), item=item_of(published), at=NOON)
    assert (second.number, second.materials.count()) == (2, 2)
    with pytest.raises(Conflict, match="没有发布的版本"):
        services.new_edition(actor=cast.actor("editor"), item=item_of(published), at=NOON)
    services.save_edition(actor=cast.actor("editor"), edition=second, values={"promise_limit": 5}, at=NOON)
    publish(second)
    first = selectors.edition_by_id(published.pk)
    assert (first.status, first.promise_limit, str(first.retired_on)) == ("retired", 10, "2026-10-12")
    assert selectors.open_edition(first.item.code, NOON).promise_limit == 5
    found = side_by_side.compare(first, selectors.edition_by_id(second.pk))
    assert [(row.label, row.left[0].text, row.right[0].text) for _, rows in found.groups for row in rows] == [
        ("承诺时限", "10", "5")
    ]


def test_the_database_refuses_to_change_what_was_published(published: ItemEdition) -> None:
    material = published.materials.first()
    assert material is not None
    for change in (
        lambda: ItemEdition.objects.filter(pk=published.pk).update(promise_limit=99),
        lambda: ItemEdition.objects.filter(pk=published.pk).update(status="draft"),
        lambda: ItemEdition.objects.filter(pk=published.pk).delete(),
        lambda: EditionMaterial.objects.filter(pk=material.pk).update(name="别的"),
        lambda: EditionMaterial.objects.filter(pk=material.pk).delete(),
        lambda: EditionMaterial.objects.create(edition=published, order=99, name="再加一份"),
        lambda: LegalCheck.objects.update(verdict="returned"),
    ):
        with pytest.raises((IntegrityError, Exception)) as refused, transaction.atomic():
            change()
        assert isinstance(refused.value, IntegrityError), refused.value


def test_a_form_is_locked_with_its_edition(
    cast: Cast, draft: ItemEdition, publish: Callable[[ItemEdition], ItemEdition]
) -> None:
    made = services.save_form(actor=cast.actor("editor"), edition=draft, definition=FORM, at=NOON)
    again = services.save_form(actor=cast.actor("editor"), edition=draft, definition={**FORM, "title": "改名"}, at=NOON)
    assert (again.pk, again.version, again.title) == (made.pk, 1, "改名")
    publish(draft)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormDefinition.objects.filter(pk=made.pk).update(title="偷改")
    second = services.new_edition(actor=cast.actor("editor"), item=item_of(draft), at=NOON)
    newer = services.save_form(actor=cast.actor("editor"), edition=second, definition=FORM, at=NOON)
    assert (newer.pk != made.pk, newer.version) == (True, 2)
    assert selectors.form_version_of(selectors.edition_by_id(draft.pk)).endswith("/1")


def test_a_faulty_form_is_refused(cast: Cast, draft: ItemEdition) -> None:
    with pytest.raises(Invalid, match="表单有"):
        services.save_form(actor=cast.actor("editor"), edition=draft, definition={"title": "空"}, at=NOON)


def test_recall_and_discard(cast: Cast, draft: ItemEdition) -> None:
    editor = cast.actor("editor")
    services.submit_for_legal_check(actor=editor, edition=draft, at=NOON)
    assert services.recall_edition(actor=editor, edition=draft, at=NOON).status == "draft"
    assert services.discard_draft(actor=editor, edition=draft, reason="不要了", at=NOON).status == "withdrawn"
    with pytest.raises(Refusal):
        services.submit_for_legal_check(actor=editor, edition=draft, at=NOON)


def test_retiring_closes_the_item_for_applications(cast: Cast, published: ItemEdition) -> None:
    services.retire_edition(actor=cast.actor("manager"), item=item_of(published), reason="修订", at=NOON)
    with pytest.raises(ItemNotPublished):
        selectors.open_edition(item_of(published).code, NOON)
