"""Nobody writes a column by naming it: fields that a form or call does not ask for change nothing.

Each form is sent twice from the same state (`test_walk`): as it is, and with the names of every guarded column added. What the
database then holds must be the same.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.db import models
from django.test import Client

from tests.cast import INSTALLER
from tests.security.crawler import Form
from tests.security.test_one_audit_row import well_filled
from tests.security.world import ANSWERS, World
from yimen.ground.identity.models import Account, ApiToken, Party
from yimen.ground.kit.moments import now
from yimen.ground.matters.models import Matter, Step
from yimen.ground.organisations.models import AdminRole, AuthorisationLetter, Grant, Post, Seal, Unit, Window
from yimen.service.cases.models import Case, CaseMaterial, Draft
from yimen.service.catalogue.models import ItemEdition, ServiceItem

GUARDED: tuple[type[models.Model], ...] = (
    Account, AdminRole, ApiToken, AuthorisationLetter, Case, CaseMaterial, Draft, Grant, ItemEdition, Matter, Party, Post, Seal,
    ServiceItem, Step, Unit, Window,
)  # fmt: skip
OTHERWISE = (models.DateTimeField, models.UUIDField, models.BinaryField, models.AutoField, models.BigAutoField)
"""Kinds of columns that differ from one press to the next."""
RANDOM = {
    "submitted_matter", "case", "item", "edition", "form",
    "path", "hash", "hint", "code", "clock", "facts", "documents",
    "password", "id_index", "id_tail", "phone_index", "matter",
}  # fmt: skip

INJECTED: dict[str, str] = {
    "is_active": "false", "is_staff": "on", "is_superuser": "on", "kind": "staff", "admin_role": "security", "assurance": "verified",
    "must_change_password": "false", "state": "granted", "status": "published", "version": "99", "last_seq": "99",
    "outcome": "granted", "channel": "import", "procedure": "other", "due_on": "2099-01-01", "legal_due_on": "2099-01-01",
    "decision": "granted", "decision_number": "1", "slip_number": "1", "corrections": "0", "extended_days": "0",
    "checked_by": "钱进", "actor_name": "钱进", "signed_by": "钱进", "person_name": "钱进", "applicant_name": "钱进",
    "window_intake": "on", "step": "check", "session_epoch": "99", "on_time": "on", "work_days": "0", "number_of": "9",
    "approval_section": "on", "use_level": "1", "scope": "all", "duty": "head", "id_type": "passport",
}  # fmt: skip


def held() -> Counter[tuple[Any, ...]]:
    """Every guarded row without what differs from one press to the next."""
    found: Counter[tuple[Any, ...]] = Counter()
    for model in GUARDED:
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if not isinstance(field, OTHERWISE) and field.name not in RANDOM and not field.primary_key
        ]
        found.update((model.__name__, *map(str, row)) for row in model._default_manager.values_list(*names))
    return found


def injected(form: Form, world: World) -> dict[str, Any]:
    """The form well filled, with the names of columns that it does not ask for."""
    asked = {control.name for control in form.controls}
    ids = {
        "party": world.cast.parties["qian"].pk, "party_id": world.cast.parties["qian"].pk, "account": "qian_staff",
        "applicant_id": world.cast.parties["qian"].pk, "department_id": world.cast.units["health"].pk,
        "person_id": world.cast.accounts["qian_staff"].pk, "account_id": world.cast.accounts["qian_staff"].pk,
    }  # fmt: skip
    more = {name: value for name, value in {**INJECTED, **ids}.items() if name not in asked}
    return well_filled(form, world) | more


def call(world: World, role: str, path: str, body: Any) -> Any:
    """One call with this person's token."""
    headers = {"authorization": f"Bearer {world.cast.token(role)}"}
    return Client().post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_an_application_is_always_one_s_own(world: World) -> None:
    body = {"item": world.item.code, "answers": {**ANSWERS, "decision": "granted", "slip_number": "1"}}
    more = {
        **INJECTED,
        "party_id": world.cast.parties["qian"].pk,
        "applicant_id": 1,
        "at": "2020-01-01T00:00:00Z",
        "actor": "x",
    }
    answer = call(world, "li", "/applications", {**more, **body})
    assert answer.status_code == 201, answer.content
    matter = Matter.objects.get(code=answer.json()["code"])
    assert (matter.applicant_id, matter.state, matter.channel) == (world.cast.parties["li"].pk, "received", "api")
    assert abs((matter.opened_at - now()).total_seconds()) < 60
    case = Case.objects.get(pk=matter.pk)
    assert (case.decision, case.slip_number) == ("", "")
    assert "decision" not in json.loads(case.answers)


def test_a_citizen_applies_for_nobody_else(world: World) -> None:
    someone = {"id_type": "resident", "id_number": "519911198511230012", "name": "钱进"}
    answer = call(world, "li", "/applications", {"item": world.item.code, "answers": ANSWERS, "applicant": someone})
    assert answer.status_code in (403, 422), answer.content
    assert not Matter.objects.filter(applicant=world.cast.parties["qian"]).exists()


def test_a_step_is_taken_now_by_who_calls(world: World) -> None:
    more = {"actor": "钱进", "actor_uid": str(INSTALLER.uid), "happened_at": "2020-01-01T00:00:00Z", "recorded_at": "2020-01-01",
            "at": "2020-01-01", "basis": "import", "to": "granted", "state": "granted", "version": 50}  # fmt: skip
    answer = call(world, "wang", f"/applications/{world.case}/steps", {"action": "accept", **more})
    assert answer.status_code == 201, answer.content
    step = Step.objects.filter(matter__code=world.case).latest("seq")
    assert (step.actor_name, step.to_state, step.basis) == ("王芳", "reviewing", "")
    assert abs((step.happened_at - now()).total_seconds()) < 60


def test_a_token_has_no_more_than_its_scopes(world: World) -> None:
    """Neither the body nor a header widens what a token may do."""
    headers = {"authorization": f"Bearer {world.cast.token('wang', 'catalogue.*')}", "x-scopes": "cases.*"}
    url = f"/api/v1/applications/{world.case}/steps"
    answer = Client().post(
        url, json.dumps({"action": "accept", "scopes": ["cases.*"]}), content_type="application/json", headers=headers
    )
    assert answer.status_code in (403, 404), answer.content
    assert Matter.objects.get(code=world.case).state == "received"
