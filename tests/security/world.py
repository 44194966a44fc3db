"""What the tests of this folder stand on: the cast, an item that asks for everything personal, and Li's cases in every state.

`arguments(world)` says, for each address with parameters, which object of Li's or of the market department stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import rooms
from tests.cast import INSTALLER, LI_ID, Cast
from yimen.ground.documents.services import draw_letter
from yimen.ground.identity import services as people
from yimen.ground.identity.models import ApiToken, Session
from yimen.ground.identity.policies import ViewAccess, all_views
from yimen.ground.kit.moments import now
from yimen.ground.matters import services as matters
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.models import AdminRole, Grant
from yimen.service.cases import services
from yimen.service.cases.models import CaseFile, Draft
from yimen.service.cases.tests.stage import case_of, matter_of, published
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ImportBatch, ServiceItem

RARE = "𠮷䶮茶馆"
"""Two characters that careless software loses, in a name that the form asks for."""

LI_PHONE = "13812342671"
LI_ADDRESS = "清河县城关镇东街 12 号"
PARTNER_ID = "519911198802140017"
PARTNER_PHONE = "13700008888"
PARTNER_MAIL = "li.partner@mail.example"
PARTNER_ADDRESS = "清河县城关镇柳树巷 7 号"
NEEDLES = (LI_ID, LI_PHONE, LI_ADDRESS, PARTNER_ID, PARTNER_PHONE, PARTNER_MAIL, PARTNER_ADDRESS)
"""Personal values that nobody sees whole without asking for it and being written down."""

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
                {"key": "partner_id", "kind": "id_number", "label": "合伙人证件号码"},
                {"key": "partner_phone", "kind": "phone", "label": "合伙人电话"},
                {"key": "partner_mail", "kind": "email", "label": "合伙人邮箱"},
                {"key": "partner_address", "kind": "address", "label": "合伙人住址"},
                {"key": "opening", "kind": "date", "label": "开业日期"},
                {"key": "remark", "kind": "long_text", "label": "说明"},
            ],
        }
    ],
}
ANSWERS: dict[str, Any] = {
    "shop": RARE,
    "area": "86.5",
    "air": "no",
    "partner_id": PARTNER_ID,
    "partner_phone": PARTNER_PHONE,
    "partner_mail": PARTNER_MAIL,
    "partner_address": PARTNER_ADDRESS,
    "opening": "2026-03-01",
    "remark": "沿街铺面。",
}
STATES = ("received", "reviewing", "deciding", "granted", "concluded", "correction_requested", "suspended")


@dataclass
class World:
    """Who and what there is."""

    cast: Cast
    item: ServiceItem
    edited: ServiceItem
    cases: dict[str, str] = field(default_factory=dict)
    draft: Draft | None = None
    at_window: Draft | None = None
    batch: ImportBatch | None = None

    @property
    def case(self) -> str:
        """The number of Li's case that Wang has still to accept."""
        return self.cases["received"]

    def uid_of(self, draft: Draft | None) -> str:
        """The uid of a draft that the stage has made."""
        assert draft is not None
        return str(draft.uid)


def picture() -> SimpleUploadedFile:
    """A small real PNG."""
    from PIL import Image

    data = BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "PNG")
    return SimpleUploadedFile("平面图.png", data.getvalue(), "image/png")


def build_world(cast: Cast) -> World:
    """Build it all in the open transaction."""
    _appoint_strangers(cast)
    item = published(cast, form=FORM)
    edited = published(cast, name="食品小作坊登记", form=FORM)
    world = World(cast, item, edited)
    for state in STATES:
        world.cases[state] = case_in(world, state)
    for letter in _letters_of(world.case):
        draw_letter(letter.pk)
    world.draft = begun(world)
    world.at_window = services.start_draft(
        item_code=item.code, actor=cast.actor("wang"), at=now(), party_id=cast.parties["li"].pk
    )
    catalogue.new_edition(actor=cast.actor("editor"), item=edited, at=now(), change_note="改办公时间")
    table = "事项名称,事项编码,实施主体\n办理甲证,510000-0001,清河县市场监督管理局\n".encode()
    world.batch = catalogue.check_import(actor=cast.actor("manager"), content=table, file_name="清单.csv", at=now())
    cast.token("li")
    cast.token("wang")
    return world


def _appoint_strangers(cast: Cast) -> None:
    """Staff of the health department who hold everywhere what their colleagues of the market department hold there."""
    for name, unit, duty in (("qian_editor", "health", "editor"), ("qian_reviewer", "health_section", "reviewer")):
        account, _code = people.open_staff_account(actor=INSTALLER, name="钱" + duty[:2], sign_in_name=name, at=now())
        post = organisations.create_post(
            actor=INSTALLER, unit=cast.units[unit], duty=duty, title="岗", window=None, at=now()
        )
        organisations.give_usual_grants(actor=INSTALLER, post=post, at=now())
        cast.posts[name] = organisations.appoint(actor=INSTALLER, post=post, account=account, at=now())
        account.must_change_password = False
        account.save(update_fields=["must_change_password"])
        cast.accounts[name] = account


def begun(world: World) -> Draft:
    """A draft of Li's with everything filled in, one file and the rest to be brought on paper."""
    li, at = world.cast.actor("li"), now()
    draft = services.start_draft(item_code=world.item.code, actor=li, at=at)
    edition = world.item.current
    assert edition is not None
    first, *_ = edition.materials.order_by("order")
    services.attach_file(draft_uid=draft.uid, material_id=first.pk, upload=picture(), actor=li, at=at)
    arrangements = {"contact_name": "李明", "contact_phone": LI_PHONE, "delivery_method": "window", "paper": []}
    return services.save_draft(
        draft_uid=draft.uid, actor=li, at=at, answers=ANSWERS, arrangements=arrangements, step="check"
    )


def case_in(world: World, state: str) -> str:
    """A case of Li's in this state, with a file and a postal address."""
    cast, at = world.cast, now()
    draft = begun(world)
    code = services.submit_draft(
        draft_uid=draft.uid, actor=cast.actor("li"), at=at, channel="web", contact_name="李明", contact_phone=LI_PHONE,
        delivery_method="post", delivery_address=LI_ADDRESS,
    ).code  # fmt: skip
    for who, verb, more in _WAY[state]:
        getattr(services, verb)(code=code, actor=cast.actor(who), at=now(), **more)
    return code


_REVIEWED: list[tuple[str, str, dict[str, Any]]] = [
    ("wang", "accept_case", {}),
    ("zhao", "pass_review", {"text": "材料真实，符合条件。"}),
]
_WAY: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "received": [],
    "reviewing": _REVIEWED[:1],
    "deciding": _REVIEWED,
    "granted": [*_REVIEWED, ("chen", "grant", {})],
    "concluded": [*_REVIEWED, ("chen", "grant", {}), ("wu", "deliver", {"method": "signature", "receiver": "李明"})],
    "correction_requested": [("wang", "request_correction", {"items": [(1, "看不清")]})],
    "suspended": [
        *_REVIEWED[:1],
        ("zhao", "suspend", {"procedure": "hearing", "days_needed": 10, "reason": "申请人要求听证"}),
    ],
}


def _letters_of(code: str) -> Any:
    from yimen.ground.documents.models import Letter

    return Letter.objects.filter(matter_code=code).order_by("pk")


# --- Which object stands at which address


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """For each named address with parameters: the arguments of an object of Li's or of the market department."""
    cast, code = world.cast, world.case
    case, matter = case_of(code), matter_of(code)
    file = CaseFile.objects.filter(case_material__case=case.pk).select_related("file").first()
    assert file is not None
    assert world.batch is not None
    letter = _letters_of(code).first()
    session = Session.objects.filter(account=cast.accounts["li"]).first() or _session(cast, "li")
    token = ApiToken.objects.filter(account=cast.accounts["wang"]).first()
    assert token is not None
    grant = Grant.objects.filter(post=cast.posts["zhao"], ended_at__isnull=True).first()
    assert grant is not None
    role = AdminRole.objects.first()
    assert role is not None
    item, edited = {"code": world.item.code}, {"code": world.edited.code}
    draft_edition = {**edited, "number": 2}
    unit = {"unit_id": cast.units["market_section"].pk}
    post = {"post_id": cast.posts["zhao"].pk}
    staff = {"uid": cast.accounts["zhao"].uid}
    draft, window = {"uid": world.uid_of(world.draft)}, {"window_id": cast.windows["window3"].pk}
    batch = {"uid": world.batch.uid}
    signed = {"letter_id": cast.letters["market_zhao"].pk}
    pending = {"letter_id": _unsigned(cast).pk}
    return {
        "api:item": item,
        "api:spareable": item,
        "api:application": {"code": code},
        "api:steps": {"code": code},
        "api:take": {"code": code},
        "api:accept_application": {"code": code},
        "api:deadline": {"code": code},
        **{f"cases:apply_{step}": draft for step in (
            "resume", "form", "save", "materials", "delivery", "check", "renew", "discard"
        )},
        "cases:apply": {"item_code": world.item.code},
        "cases:mine_case": {"code": code},
        "cases:submitted": {"code": code},
        "cases:mine_correct": {"code": world.cases["correction_requested"]},
        "cases:mine_withdraw": {"code": code},
        "cases:file": {"code": code, "uid": file.file.uid},
        "cases:letter": {"code": letter.code},
        "cases:tracked": {"token": signing.dumps(code, salt="cases.track", compress=True)},
        "cases:desk_intake_person": {"item_code": world.item.code},
        "cases:desk_intake_form": {"uid": world.uid_of(world.at_window)},
        "cases:desk_case": {"code": code},
        "cases:desk_clock": {"code": code},
        "cases:desk_originals": {"code": code},
        "cases:desk_original": {"code": code, "uid": file.file.uid},
        "cases:desk_letter": {"code": code, "letter_code": letter.code},
        "cases:desk_materials_rest": {"code": code},
        "cases:desk_material": {"code": code, "order": 1},
        "cases:desk_reveal": {"code": code, "field": "contact_phone"},
        "cases:desk_act": {"code": code, "action": "accept"},
        "catalogue:guide": item,
        "catalogue:guide_print": item,
        "catalogue:item": edited,
        "catalogue:item_state": edited,
        "catalogue:new_edition": item,
        **{f"catalogue:{page}": draft_edition for page in ("edition", "edit", "materials", "form", "edition_act")},
        "catalogue:compare": {**draft_edition, "other": 1},
        "catalogue:import": batch,
        "catalogue:import_act": batch,
        "catalogue:import_rejects": batch,
        "identity:end_session": {"uid": session.uid},
        "identity:set_profile": {"kind": "citizen"},
        **{f"organisations:{page}": unit for page in (
            "unit", "new_unit", "rename_unit", "move_unit", "dissolve_unit", "new_window", "new_post", "new_letter", "new_seal"
        )},
        "organisations:set_window": window,
        "organisations:close_window": window,
        **{f"organisations:{page}": post for page in (
            "post", "appoint", "end_post", "abolish_post", "give_grant", "give_usual_grants"
        )},
        "organisations:end_grant": {"grant_id": grant.pk},
        "organisations:end_admin_role": {"uid": cast.accounts["system"].uid},
        **{f"organisations:{page}": staff for page in (
            "staff_member", "rename_account", "disable_account", "enable_account", "close_account", "reset_password",
            "unlock", "end_sessions", "grant_account", "issue_token",
        )},
        "organisations:revoke_token": {"uid": cast.accounts["wang"].uid, "token_id": token.pk},
        "organisations:letter": signed,
        "organisations:revoke_letter": signed,
        "organisations:sign_letter": pending,
        "organisations:discard_letter": pending,
        "organisations:seal": {"seal_id": cast.seals["market"].pk},
        "organisations:end_seal": {"seal_id": cast.seals["market"].pk},
        "documents:verify": {"code": letter.code},
        "_matter": {"id": matter.pk},
        **rooms.arguments(world),
    }  # fmt: skip


def _session(cast: Cast, name: str) -> Any:
    cast.client(name)
    return Session.objects.filter(account=cast.accounts[name]).latest("pk")


def _unsigned(cast: Cast) -> Any:
    """A letter of the market department that its head has still to sign."""
    if "unsigned" not in cast.letters:
        cast.letters["unsigned"] = organisations.draft_letter(
            actor=INSTALLER, number="清政委〔2026〕99号", department=cast.units["market"], post=cast.posts["zhao"],
            powers=("review",), valid_from=(now() + timedelta(days=1)).date(), valid_to=(now() + timedelta(days=90)).date(),
            seal=cast.seals["market"], at=now(),
        )  # fmt: skip
    return cast.letters["unsigned"]


# --- Addresses


@dataclass(frozen=True, slots=True)
class Place:
    """One address of one view, filled in."""

    view: ViewAccess
    url: str

    @property
    def api(self) -> bool:
        """Is it the interface for programs?"""
        return self.view.pattern.startswith("/api/")

    @property
    def name(self) -> str:
        """The view's name, or its pattern where it has none."""
        return self.view.name or self.view.pattern


class NoArguments(AssertionError):
    """An address with parameters that the table does not know: add its object to `arguments`."""


def places(world: World) -> Iterator[Place]:
    """Every address of the site with the objects of `arguments` in it; each (address, method) once."""
    table, seen = arguments(world), set()
    for view in all_views():
        if view.name == "api:api-root" or (view.pattern, view.method) in seen:
            continue
        seen.add((view.pattern, view.method))
        yield Place(view, filled(view, table))


def filled(view: ViewAccess, table: dict[str, dict[str, Any]]) -> str:
    """The address with its arguments; raises `NoArguments`."""
    url = view.pattern
    if "<" not in url:
        return url
    if view.name not in table:
        raise NoArguments(f"{view.name} ({view.pattern}) is missing from tests/security/world.py arguments()")
    for name, value in table[view.name].items():
        for converter in ("uuid:", "str:", "int:", "slug:", "path:", ""):
            url = url.replace(f"<{converter}{name}>", quote(str(value)))
    if "<" in url:
        raise NoArguments(f"{view.name}: {url} lacks an argument in tests/security/world.py arguments()")
    return url


__all__ = [
    "LI_ADDRESS",
    "LI_PHONE",
    "NEEDLES",
    "NoArguments",
    "Place",
    "World",
    "arguments",
    "build_world",
    "matters",
    "places",
]
