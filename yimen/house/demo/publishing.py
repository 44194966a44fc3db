"""The county's items, drawn up by editors, checked by the lawyers, published: through the catalogue's own services."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yimen.ground.identity.rules import SYSTEM
from yimen.house.demo import county
from yimen.house.demo.building import County
from yimen.house.demo.fee_list import fees_of
from yimen.house.demo.items import ITEMS
from yimen.house.demo.items.parts import DemoItem, Paper
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.services.editions import MaterialValues

OBJECTS = {
    "person": ["person"],
    "enterprise": ["enterprise", "institution", "unincorporated"],
    "either": ["person", "enterprise", "institution", "unincorporated"],
}
SPECIAL = {
    "testing": "检测",
    "inspection": "检验",
    "appraisal": "鉴定",
    "expert_review": "专家评审",
    "hearing": "听证",
}
STEPS = (
    ("受理", "材料齐全、符合法定形式的，出具受理通知书；不齐的，五个工作日内一次告知要补什么。"),
    ("审核", "审查材料；需要现场核查的，由两名以上工作人员进行。"),
    ("审批", "作出准予或者不予的决定；不予的，说明理由并告知复议、诉讼权利。"),
    ("办结", "制作证件或者文书。"),
    ("送达", "十个工作日内送达，可以窗口领取、邮寄或者网上下载。"),
)


def publish(made: County, at: datetime) -> dict[str, str]:
    """Publish every demo item in the open transaction; returns item key → item code."""
    checker = made.actor(made.first("justice", "legal"), at)
    plans = {each.key: each for each in county.departments()}
    codes: dict[str, str] = {}
    standards = {
        name: catalogue.save_standard_material(actor=SYSTEM, code=code, name=name, issuer=issuer, at=at).pk
        for code, name, issuer in STANDARDS
    }
    for item in ITEMS:
        department = plans[item.department]
        created = catalogue.create_item(
            actor=SYSTEM, name=item.name, kind=item.kind, department=made.units[item.department], at=at
        )
        edition = created.editions.get()
        edition = catalogue.save_edition(
            actor=SYSTEM,
            edition=edition,
            values=_values(item, department),
            materials=[_material(paper, standards.get(paper.name)) for paper in item.papers],
            at=at,
        )
        if item.form is not None:
            catalogue.save_form(actor=SYSTEM, edition=edition, definition=item.form, at=at)
        catalogue.submit_for_legal_check(actor=SYSTEM, edition=edition, at=at)
        catalogue.decide_legal_check(
            actor=checker, edition=edition, passed=True, opinion="主体、权限、依据、程序、时限均合法。", at=at
        )
        catalogue.publish_edition(actor=SYSTEM, edition=edition, at=at)
        codes[item.key] = created.code
    return codes


STANDARDS = (("QH-M005", "护士执业证书", "卫生健康局"),)
"""Standard materials that a certificate issued here stands for (免提交): code, name, who issues it."""

IN_PERSON = {"adoption": "《中国公民收养子女登记办法》第四条"}
"""Items that nobody applies for in another's place."""


def _values(item: DemoItem, department: county.Department) -> dict[str, Any]:
    licence, in_person = item.kind == "licence", item.key in IN_PERSON
    return {
        "name": item.name,
        "agents_refused": True if in_person else None,
        "agents_refused_basis": IN_PERSON.get(item.key, ""),
        "kind": item.kind,
        "daily_name": item.daily_name,
        "content": item.content,
        "legal_basis": item.basis,
        "conditions": item.conditions,
        "legal_limit": item.legal,
        "legal_unit": item.legal_unit if item.legal is not None else "",
        "legal_limit_basis": item.legal_basis,
        "promise_limit": item.promise,
        "promise_unit": "working_day",
        "case_kind": "instant" if item.at_once else "promise",
        "results": [{"name": item.result, "kind": item.result_kind}],
        **fees_of(item.key),
        "visits": 1 if in_person else 0,
        "visits_reason": "依法须本人到场办理" if in_person else "",
        "online_depth": "二级（在线咨询、下载）" if in_person else "全程网办",
        "channels": ["window"] if in_person else ["online", "window", "phone"],
        "delivery_by_post": not in_person,
        "service_objects": OBJECTS[item.applicants],
        "themes": [item.theme],
        "consult_phone": department.phone,
        "complaint_phone": county.COMPLAINTS,
        "place": "清河县文澜路 8 号政务服务中心",
        "hours": county.HOURS,
        "review_body": department.review_body,
        "suit_court": county.COURT,
        "special_procedures": [
            {"name": SPECIAL[each], "limit": "", "unit": "", "basis": "《行政许可法》第四十五条"}
            for each in item.special
        ],
        "steps": [{"name": name, "text": text} for name, text in STEPS] if licence or not item.at_once else [],
        "questions": [{"question": item.question, "answer": item.answer}],
    }


def _material(paper: Paper, standard: int | None) -> MaterialValues:
    return MaterialValues(
        name=paper.name,
        necessity=paper.necessity,
        condition=list(paper.when),
        condition_text=paper.when_text,
        originals=None if paper.exempt else 1,
        format=paper.format,
        source_channel=paper.source,
        exempt=paper.exempt,
        basis=paper.basis,
        note=paper.note,
        standard_id=standard,
    )
