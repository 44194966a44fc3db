"""Every act leaves one row in the audit, done or refused: who, what, on what, with which end.

Every form of the site is filled in well and sent (`test_walk`); the act must go through and leave its row. A form whose act is not
carried out here, or that leaves another number of rows, must be named with its reason.
"""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import INSTALLER, LI_ID, PASSWORD, QIAN_ID
from tests.rooms import gathered
from tests.security.crawler import Form
from tests.security.world import ANSWERS, World, picture
from yimen.ground.identity import services as opening
from yimen.ground.identity.models import Account
from yimen.ground.identity.policies import usual_for
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.matters.tests.notices2027 import TEXT as TEXT_2027
from yimen.ground.organisations import services as organisations
from yimen.service.cases.api import Action

NO_ACT = {
    "cases:apply": "a draft is begun: nobody waits for it, it has no number",
    "cases:apply_form": "what is typed into a draft is no act",
    "cases:apply_save": "as the form",
    "cases:apply_materials": "as the form",
    "cases:apply_delivery": "as the form",
    "cases:apply_renew": "as the form",
    "cases:track": "the public query changes nothing; how often one may ask is limited",
    "notices:read_all": "that one has read one's own messages is nobody's business",
    "web:elder": "the size of the letters, kept in the visitor's own browser",
    "identity:forgotten": "says what to do; changes nothing",
}
"""Forms that may leave no row."""

MORE = {
    "cases:desk_intake_form": "submit and accept in one press: two acts, two rows",
    "cases:desk_intake_person": "the file is opened or verified, and a draft begun",
    "cases:desk_materials_rest": "one row for each material found right",
    "cases:apply_check": "the submission, and the use of the seal on its receipt",
    "reform:new_proof": "the entry in the list, and the standard material of the catalogue that it is tied to",
    "reform:proof_act": "the proof is cancelled, and with it the standard material that it is tied to",
}
"""Presses that are more than one act."""

ELSEWHERE: dict[str, str] = gathered("ELSEWHERE")
"""Acts that need what no walk has (a code from a telephone); each names the test that carries it out."""

NO_ACT |= gathered("NO_ACT")
MORE |= gathered("MORE")

WORD = "按实际情况办理，说明理由如下"
SAMPLES: dict[str, Any] = {
    "reason": WORD, "why": WORD, "text": WORD, "opinion": WORD, "note": "看不清", "people": "赵强、王芳", "competent": "清河县住建局",
    "days": "5", "days_needed": "5", "receiver": "李明", "proof": "2671", "number": "清政委〔2026〕301号", "name": "听泉",
    "sign_in_name": "newcomer", "phone": "13812349999", "contact_phone": "13812349999", "email": "a@mail.example", "word": "营业执照",
    "expansions": "公司登记", "title": "审查岗", "valid_from": "2026-12-01", "valid_to": "2027-06-01", "password": "Lantern-Bridge-2027",
    "again": "Lantern-Bridge-2027", "old": PASSWORD, "id_number": QIAN_ID, "basis": "国务院决定", "tail": LI_ID[-4:],
    "short_name": "听泉", "expires": "2027-06-01", "truthful": "on", "change_note": "改办公时间", "problem_1": "看不清",
    "code": "M-001", "proof_kind": "other", "operator_name": "李明", "legal_representative": "李明", "seen": None,
    "question": WORD, "subject": WORD, "reply": WORD, "law": WORD,
}  # fmt: skip
"""Good values by the field's name; None keeps what the form says."""

OF_A_FORM: dict[str, dict[str, Any]] = {
    "identity:sign_in": {"name": "li_citizen", "password": PASSWORD},
    "identity:staff_sign_in": {"name": "wang", "password": PASSWORD},
    "identity:register": {
        "name": "林小雨", "id_type": "resident", "id_number": "519911199506150023", "sign_in_name": "rain", "phone": "13911112222",
        "operator_name": "李明", "credit_code": "91519911MA0000002X",
    },
    "organisations:new_window": {"number": "21", "name": "临时窗口"},
    "organisations:set_window": {"name": "综合窗口"},
    "organisations:new_seal": {"number": "QH-0301", "text": "清河县市场监督管理局专用章"},
    "organisations:new_unit": {"name": "新设科", "order": "1", "kind": "section", "credit_code": ""},
    "organisations:new_root": {"name": "新设局", "order": "1", "kind": "department", "credit_code": ""},
    "organisations:rename_unit": {"name": "改名科", "phone": "0000-1234567", "short_name": "改名"},
    "organisations:rename_account": {"name": "新名"},
    "organisations:new_reorganisation": {
        "document": "清编发〔2026〕31号", "document_title": "关于机构更名的通知", "effective_on": "2026-12-01", "new_name": "清河县新名局",
    },
    "organisations:open_account": {"name": "新人"},
    "organisations:give_grant": {"code": "matters.view", "scope": "department"},
    "organisations:grant_account": {"code": "matters.view", "scope": "department"},
    "cases:desk_intake_person": {"name": "钱进", "id_type": "resident", "kind": "natural"},
    "cases:desk_intake_form": {**ANSWERS, "contact_name": "李明", "delivery_method": "window", "act": "accept"},
    "cases:mine_correct": {"act": "send"},
    "cases:track": {"name": ""},
    "catalogue:create": {"name": "新事项", "task_code": ""},
    "catalogue:imports": {},
    "matters:register_notice": {"text": TEXT_2027, "title": "", "year": "", "issued_on": ""},
    "matters:register_closure": {
        "name": "抗洪停办", "first": "2027-03-01", "last": "2027-03-02", "title": "停办决定", "document_number": "清政发〔2027〕9号",
        "issued_on": "", "centre": "",
    },
    "matters:add_exception": {"day": "2027-03-02", "why": "系统升级", "opens": "", "closes": ""},
}  # fmt: skip
"""Good values of one form, before those above."""


def well_filled(form: Form, world: World) -> dict[str, Any]:
    """Good values for every field."""
    own = OF_A_FORM.get(form.view, {})
    said: dict[str, Any] = dict(form.data())
    for control in form.controls:
        name = control.name
        if not name or control.kind == "submit" or name == "csrfmiddlewaretoken":
            continue
        if control.kind == "file":
            said[name] = _file(form, world)
        elif name in own:
            said[name] = own[name]
        elif name == "item_code":
            said[name] = world.item.code
        elif (
            control.kind == "select" and not control.value and not name.endswith("-means")
        ):  # what a date means is for a date
            said[name] = next((choice for choice in control.choices if choice), "")
        elif control.kind == "off" and (control.required or control.choices == ["radio"]) and name not in said:
            said[name] = control.value
        elif control.kind not in ("hidden", "select", "off") and (
            control.kind == "password" or not control.value.strip()
        ):
            value = SAMPLES.get(name)
            if value is not None:
                said[name] = value
    return said | {name: value for name, value in own.items() if name in ("act",)}


def _file(form: Form, world: World) -> Any:
    return picture()


def rows_since(last: int) -> list[AuditEntry]:
    """The rows written after the row with this id."""
    return list(AuditEntry.objects.filter(pk__gt=last).order_by("pk"))


def newest() -> int:
    """The id of the newest row."""
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def posted(world: World, role: str, url: str, data: dict[str, Any]) -> tuple[Any, list[AuditEntry]]:
    """One press of a button, with the rows that it left."""
    client = world.cast.client(role) if role else Client()
    last = newest()
    answer = client.post(url, data)
    return answer, rows_since(last)


# --- What the walk cannot fill in well by itself

BY_HAND = {
    "cases:apply_check", "catalogue:imports", "identity:register", "identity:use_code", "organisations:close_window",
    "organisations:dissolve_unit", "organisations:end_admin_role", "organisations:give_admin_role",
    "organisations:give_grant", "organisations:give_usual_grants", "organisations:grant_account",
    "organisations:issue_token", "organisations:move_unit", "organisations:new_letter",
}  # fmt: skip


def acts_by_hand(world: World) -> dict[str, tuple[str, str, dict[str, Any], int]]:
    """For each view: who, where, what, and how many rows: two where the act signs somebody in or ends their sessions."""
    cast, at = world.cast, now()
    spare = organisations.create_unit(
        actor=INSTALLER,
        kind="section",
        name="空科",
        parent=cast.units["market"],
        division=cast.divisions["county"],
        at=at,
    )
    window = organisations.open_window(
        actor=INSTALLER,
        centre=cast.units["centre"],
        number="77",
        name="空窗口",
        kind="department",
        departments=[],
        at=at,
    )
    post = organisations.create_post(
        actor=INSTALLER, unit=cast.units["market"], duty="reviewer", title="新岗", window=None, at=at
    )
    people: dict[str, Account] = {}
    for name in ("spare_admin", "newcomer"):
        people[name], code = opening.open_staff_account(actor=INSTALLER, name="新人", sign_in_name=name, at=at)
    organisations.give_admin_role(actor=INSTALLER, account=people["spare_admin"], role="audit", at=at)
    table = "事项名称,事项编码,实施主体\n办理乙证,510000-0002,清河县市场监督管理局\n".encode()
    market, password = cast.units["market"].pk, {"password": "Bridge-Lantern-2027", "again": "Bridge-Lantern-2027"}
    letter = {
        "number": "清政委〔2026〕301号",
        "post": cast.posts["zhou"].pk,
        "powers": ["decide"],
        "seal": cast.seals["market"].pk,
    }
    assert world.draft is not None
    usual = len(usual_for("reviewer"))
    return {
        "cases:apply_check": ("li", f"/apply/{world.draft.uid}/check/", {"seen": world.draft.version, "truthful": "on"}, 1),
        "catalogue:imports": ("manager", "/manage/imports/", {"file": SimpleUploadedFile("清单.csv", table)}, 1),
        "identity:register": ("", "/register/", {
            "name": "林小雨", "id_type": "resident", "id_number": resident("51991119950615002"), "sign_in_name": "rain",
            "phone": "13911112222", **password,
        }, 2),
        "identity:use_code": ("", "/sign-in/code/", {"code": code, "sign_in_name": "newcomer", **password}, 1),
        "organisations:close_window": ("manager", f"/manage/windows/{window.pk}/close/", {}, 1),
        "organisations:dissolve_unit": ("system", f"/manage/units/{spare.pk}/dissolve/", {}, 1),
        "organisations:move_unit": ("system", f"/manage/units/{spare.pk}/move/", {"parent": cast.units["housing"].pk}, 1),
        "organisations:end_admin_role": ("security", f"/manage/administrators/{people['spare_admin'].uid}/end/", {}, 2),
        "organisations:give_admin_role": ("security", "/manage/administrators/new/", {"account": "newcomer", "role": "system"}, 2),
        "organisations:give_grant": ("security", f"/manage/posts/{post.pk}/grant/", {
            "code": "matters.view", "scope": "department", "scope_unit": market,
        }, 1),
        "organisations:grant_account": ("security", f"/manage/staff/{people['newcomer'].uid}/grant/", {
            "code": "matters.view", "scope": "department", "scope_unit": market,
        }, 1),
        "organisations:give_usual_grants": ("security", f"/manage/posts/{post.pk}/usual/", {}, usual),
        "organisations:issue_token": ("security", f"/manage/staff/{cast.accounts['wang'].uid}/tokens/new/", {
            "name": "取号机", "scopes": ["cases.*"], "days": "30",
        }, 1),
        "organisations:new_letter": ("he", f"/manage/units/{market}/letters/new/", {
            **letter, "valid_from": "2029-01-01", "valid_to": "2029-12-31",
        }, 1),
    }  # fmt: skip


def resident(first: str) -> str:
    """A resident's number with its check character (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11]


@pytest.mark.parametrize("view", sorted(BY_HAND))
def test_acts_by_hand(world: World, view: str) -> None:
    role, url, data, expected = acts_by_hand(world)[view]
    answer, rows = posted(world, role, url, data)
    assert answer.status_code in (200, 302), answer.content.decode()
    assert [row.result for row in rows] == ["ok"] * expected, [row.action for row in rows]
    assert rows[-1].actor_name in (world.cast.accounts[role].name if role else "", "林小雨", "新人")


# --- Refused ones


def test_a_refused_act_leaves_one_row(world: World) -> None:
    """Whoever may see the case but not do this, whoever comes too late, whoever forgets the reason."""
    case, version = world.case, 1
    for role, action, data, status in (
        ("he", "accept", {"seen": version}, 403),
        ("wang", "deliver", {"seen": version, "method": "signature", "receiver": "李明"}, 409),
        ("wang", "accept", {"seen": 7}, 409),
    ):
        answer, rows = posted(world, role, f"/desk/cases/{case}/{action}/", data)
        assert answer.status_code in (403, status), (role, action, answer.status_code)
        assert [(row.result, row.actor_name) for row in rows] == [("refused", world.cast.accounts[role].name)], action
        assert rows[0].reason


# --- The interface


def called(world: World, role: str, path: str, body: dict[str, Any]) -> tuple[Any, list[AuditEntry]]:
    """One call with this person's token, with the rows that it left."""
    headers = {"authorization": f"Bearer {world.cast.token(role)}"}
    last = newest()
    answer = Client().post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
    return answer, rows_since(last)


API_STEPS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("received", "wang", "accept", {}),
    ("received", "wang", "request_correction", {"items": [{"order": 1, "problem": "看不清"}]}),
    ("received", "wang", "correct_on_spot", {"reason": WORD}),
    ("received", "wang", "find_not_required", {"reason": WORD}),
    ("received", "wang", "decline", {"reason": WORD, "competent": "住建局"}),
    ("received", "li", "withdraw", {"reason": WORD}),
    ("correction_requested", "wang", "supplement", {"paper": [1]}),
    ("reviewing", "zhao", "record_opinion", {"reason": WORD}),
    ("reviewing", "zhao", "record_survey", {"reason": WORD, "people": "赵强、王芳"}),
    ("reviewing", "zhao", "pass_review", {"reason": WORD}),
    ("reviewing", "zhao", "request_review_correction", {"items": [{"order": 1, "problem": "看不清"}]}),
    ("reviewing", "zhao", "suspend", {"procedure": "hearing", "days": 5, "reason": WORD}),
    ("suspended", "zhao", "resume", {"reason": WORD}),
    ("reviewing", "he", "extend_limit", {"days": 5, "reason": WORD}),
    ("deciding", "chen", "return_to_review", {"reason": WORD}),
    ("deciding", "chen", "grant", {}),
    ("deciding", "chen", "refuse", {"reason": WORD}),
    ("granted", "wu", "deliver", {"method": "signature", "receiver": "李明"}),
    ("concluded", "wu", "archive", {}),
)
NOT_HERE = {
    "grant_at_once": "only for immediate items; see the tests of cases",
    "undo_deemed": "only once the law has acted; see cases/tests/test_effects.py",
    "undo_renewed": "as undo_deemed; see cases/tests/test_renewal.py",
    "undo_abandoned": "as undo_deemed; see cases/tests/test_scenarios.py",
    "extend_joint": "only for cases that several departments decide; see cases/tests/test_scenarios.py",
}


def test_every_step_of_the_interface_is_tried() -> None:
    assert {action for _, _, action, _ in API_STEPS} | set(NOT_HERE) == set(get_args(Action))


@pytest.mark.parametrize(("state", "role", "action", "body"), API_STEPS)
def test_a_step_over_the_interface_leaves_one_row(
    world: World, state: str, role: str, action: str, body: dict[str, Any]
) -> None:
    path = f"/applications/{world.cases[state]}/steps"
    answer, rows = called(world, role, path, {"action": action, **body})
    assert answer.status_code == 201, answer.content.decode()
    acts = [row for row in rows if row.target == world.cases[state]]
    assert [(row.action, row.result) for row in acts] == [(f"licence.{action}", "ok")]
    assert {row.action for row in rows if row not in acts} <= {"organisations.use_seal"}
    again, refused = called(world, role, path, {"action": action, **body, "seen": 0})
    assert again.status_code in (403, 404, 409, 422), again.content.decode()
    assert [row.result for row in refused] == ["refused"]


def test_an_application_over_the_interface_leaves_one_row(world: World) -> None:
    answer, rows = called(world, "li", "/applications", {"item": world.item.code, "answers": ANSWERS})
    assert answer.status_code == 201
    assert [(row.action, row.result) for row in rows] == [("licence.submit", "ok")]
    answer, rows = called(world, "li", "/applications", {"item": world.item.code, "answers": {}})
    assert answer.status_code == 422
    assert [row.result for row in rows] == ["refused"]
