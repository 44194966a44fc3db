"""The small town in which everything is measured: departments, windows with their clerks, items, applicants.

Built once a run through the services that a real installation uses; the masses of cases come from `fill.sql`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from bench.town import Clerk, Town
from yimen.ground.identity import services as identities
from yimen.ground.identity.models import Account
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.matters import fast_forward
from yimen.ground.organisations import selectors
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.models import Division, Unit
from yimen.service.cases import services as cases
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ServiceItem
from yimen.service.catalogue.services.editions import MaterialValues

CHECKER = Actor(uid=UUID(int=2), name="合法性审查", kind="system")
CLERKS = 8
APPLICANTS = 40
ANSWERS = {"shop": "听泉茶馆", "area": "86.5", "air": "no"}
FORM: dict[str, Any] = {
    "title": "公共场所卫生许可申请表",
    "sections": [
        {
            "key": "main",
            "title": "经营情况",
            "fields": [
                {"key": "shop", "kind": "text", "label": "字号名称", "required": True},
                {"key": "area", "kind": "decimal", "label": "面积", "required": True},
                {"key": "air", "kind": "yes_no", "label": "使用集中空调", "required": True},
            ],
        }
    ],
}
ORGAN_CODES = "11519911MB00000"


def build() -> Town:
    """Build the town in the connected, migrated, empty database, with one submitted case of each item as a template."""
    at = now()
    built = datetime(at.year - 2, 1, 2, 9, 0, tzinfo=CHINA)
    with transaction.atomic():
        fast_forward.mark_synthetic()
        home = _county(built)
        government = _unit("government", "清河县人民政府", None, home, built)
        office = _unit("office", "清河县政务服务管理局", government, home, built)
        centre = _unit("centre", "清河县政务服务中心", office, home, built)
        applicants = [_applicant(number, at) for number in range(APPLICANTS)]
        clerks = [_clerk(number, government, centre, applicants[number], built, at) for number in range(CLERKS)]
    return Town(clerks)


def _county(built: datetime) -> Division:
    city = organisations.add_division(actor=SYSTEM, code="519900000000", name="安平市", at=built)
    return organisations.add_division(actor=SYSTEM, code="519911000000", name="清河县", at=built, parent=city)


def _unit(kind: str, name: str, parent: Unit | None, home: Division, built: datetime, **more: Any) -> Unit:
    return organisations.create_unit(
        actor=SYSTEM, kind=kind, name=name, parent=parent, division=home, use_level="4", at=built, **more
    )


def _applicant(number: int, at: datetime) -> int:
    party = identities.party_at_window(
        actor=SYSTEM,
        kind="natural",
        name="李明王芳赵强陈静"[number % 4 * 2 : number % 4 * 2 + 2],
        id_type="resident",
        id_number=_id_number(number),
        phone=f"1381234{number:04d}",
        at=at,
    )
    return int(party.pk)


def _clerk(number: int, government: Unit, centre: Unit, applicant: int, built: datetime, at: datetime) -> Clerk:
    """One department with seal, item and window, the clerk at it with a letter, and a case that waits for acceptance."""
    name = f"清河县第{'一二三四五六七八九十'[number]}许可局"
    department = _unit(
        "department", name, government, centre.division, built, short_name=name[3:],
        credit_code=_credit_code(f"{ORGAN_CODES}{number}"), phone="0990-6312200", address="清河县文澜路 8 号",
    )  # fmt: skip
    organisations.register_seal(
        actor=SYSTEM, unit=department, kind="approval", text=f"{name}行政审批专用章", number=f"QH-{number + 1:04d}",
        valid_from=built.date(), at=built,
    )  # fmt: skip
    window = organisations.open_window(
        actor=SYSTEM, centre=centre, number=str(number + 1), name="综合窗口", kind="comprehensive",
        departments=[department], at=built,
    )  # fmt: skip
    account = _account(f"clerk{number}", "王芳", centre, "clerk", "综合窗口受理岗", built, window=window)
    head = _account(f"head{number}", "何伟", department, "head", "局长", built)
    letter = organisations.draft_letter(
        actor=SYSTEM, number=f"清政委〔{built.year}〕{number + 1}号", department=department, post=account.posts.get(),
        powers=("accept", "issue"), valid_from=built.date(), valid_to=date(at.year + 1, 12, 31),
        seal=department.seals.get(), at=built,
    )  # fmt: skip
    organisations.sign_letter(actor=selectors.actor_for(head, built), letter=letter, at=built)
    template = _submitted(_item(number, department, at), applicant, at)
    session = identities.open_session(account, at=at, ip="127.0.0.1", device="bench").secret
    token = identities.issue_token(
        actor=selectors.actor_for(account, at), account=account, name="bench", scopes=["cases.*"], at=at
    )[1]
    return Clerk(account.pk, token, session, window.pk, department.pk, template)


def _account(key: str, name: str, unit: Unit, duty: str, title: str, built: datetime, window: Any = None) -> Account:
    account, _code = identities.open_staff_account(actor=SYSTEM, name=name, sign_in_name=key, at=built)
    Account.objects.filter(pk=account.pk).update(must_change_password=False)
    post = organisations.create_post(actor=SYSTEM, unit=unit, duty=duty, title=title, window=window, at=built)
    organisations.give_usual_grants(actor=SYSTEM, post=post, at=built)
    organisations.appoint(actor=SYSTEM, post=post, account=account, at=built)
    account.refresh_from_db()
    return account


def _item(number: int, department: Unit, at: datetime) -> ServiceItem:
    at -= timedelta(days=1)
    name = f"公共场所卫生许可（新办）第{number + 1}类"
    item = catalogue.create_item(actor=SYSTEM, name=name, kind="licence", department=department, at=at)
    edition = item.editions.get()
    values: dict[str, Any] = {
        "name": name, "legal_basis": "《公共场所卫生管理条例》第四条", "content": "核发公共场所卫生许可证。",
        "conditions": "场所、设施符合卫生标准。", "promise_limit": 10, "promise_unit": "working_day",
        "review_body": "清河县人民政府", "suit_court": "清河县人民法院", "consult_phone": "0000-1234567",
        "complaint_phone": "0000-7654321", "results": [{"name": "卫生许可证", "kind": "certificate"}],
        "service_objects": ["enterprise", "person"],
        "questions": [{"question": "多久办好？", "answer": "承诺 10 个工作日。"}],
        "steps": [{"name": step, "text": step} for step in ("受理", "审查", "决定", "办结", "送达")],
        "fee": False, "place": "清河县政务服务中心", "hours": "工作日 9:00—17:30",
    }  # fmt: skip
    materials = [
        MaterialValues(name=each, necessity=needed, source_channel="申请人自备", basis="条例第四条")
        for each, needed in (("平面图", "required"), ("检测报告", "optional"))
    ]
    catalogue.save_edition(actor=SYSTEM, edition=edition, values=values, materials=materials, at=at)
    catalogue.save_form(actor=SYSTEM, edition=edition, definition=FORM, at=at)
    catalogue.submit_for_legal_check(actor=SYSTEM, edition=edition, at=at)
    catalogue.decide_legal_check(actor=CHECKER, edition=edition, passed=True, opinion="", at=at)
    catalogue.publish_edition(actor=SYSTEM, edition=edition, at=at)
    item.refresh_from_db()
    return item


def _submitted(item: ServiceItem, applicant: int, at: datetime) -> int:
    assert item.current is not None
    papers = [material.pk for material in item.current.materials.all()]
    return cases.submit_application(
        item_code=item.code, party_id=applicant, answers=ANSWERS, actor=SYSTEM, at=at, channel="web", paper=papers
    ).matter_id


def _id_number(number: int) -> str:
    body = f"51991119900307{number:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def _credit_code(first: str) -> str:
    """The first 16 characters made into a credit code; the ninth of an organisation's own code stays a digit."""
    from stdnum.cn import uscc

    return f"{first}1" + uscc.calc_check_digit(f"{first}1")
