"""The cast: a small invented city that every module's tests share.

Li applies, Wang accepts at window 3, Zhao reviews, Chen approves, Sun supervises, Qian must never get in.

    def test_accept(cast):
        accept_case(case=..., actor=cast.actor("wang"), at=NOON)
        cast.client("wang").get("/desk/")

Everything is built through services, from 2 January 2024 on; letters end with 2028. All passwords are `PASSWORD`.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import AutoField, Model
from django.test import Client

from yimen.ground.identity import services as people
from yimen.ground.identity.models import Account, Party
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import moments
from yimen.ground.kit.models import AuditEntry
from yimen.ground.organisations import selectors
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.models import AuthorisationLetter, Division, Post, Seal, Unit, Window

PASSWORD = "Lantern-Bridge-2026"
BUILT = datetime(2024, 1, 2, 9, 0, tzinfo=moments.CHINA)
VALID_TO = date(2028, 12, 31)
INSTALLER = Actor(uid=UUID(int=1), name="安装程序", kind="system")

LI_ID = "519911199003070029"
QIAN_ID = "519911198511230012"
TEAHOUSE_CODE = "91519911MA0000001B"


@dataclass(slots=True)
class Cast:
    """Who and what there is, by short name."""

    divisions: dict[str, Division] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    letters: dict[str, AuthorisationLetter] = field(default_factory=dict)
    seals: dict[str, Seal] = field(default_factory=dict)

    def actor(self, name: str, at: datetime | None = None) -> Actor:
        """`cast.actor("wang")`: who they are and may do, as a request of theirs would see it at `at` (now)."""
        return selectors.actor_for(self.accounts[name], at or moments.now())

    def client(self, name: str, *, csrf: bool = False) -> Client:
        """A browser in which this person has signed in."""
        signed_in = people.open_session(self.accounts[name], at=moments.now(), ip="127.0.0.1", device="test")
        client = Client(enforce_csrf_checks=csrf)
        client.cookies[settings.SESSION_COOKIE_NAME] = signed_in.secret
        return client

    def token(self, name: str, *scopes: str) -> str:
        """An API token of this person: `Client().get(url, headers={"authorization": f"Bearer {token}"})`."""
        account = self.accounts[name]
        actor = Actor(uid=account.uid, name=account.name, kind="staff", account_id=account.pk)
        return people.issue_token(
            actor=actor,
            account=account,
            name="test",
            scopes=list(scopes)
            or [
                "cases.*",
                "certificates.*",
                "coordination.*",
                "delivery.*",
                "drills.*",
                "fees.*",
                "hall.*",
                "offline.*",
                "scrutiny.*",
                "supervision.*",
                "windows.*",
            ],
            at=moments.now(),
        )[1]


UNITS: tuple[tuple[str, str, str, str | None], ...] = (
    ("government", "government", "清河县人民政府", None),
    ("office", "office", "清河县政务服务管理局", "government"),
    ("centre", "centre", "清河县政务服务中心", "office"),
    ("intake", "section", "综合受理科", "centre"),
    ("market", "department", "清河县市场监督管理局", "government"),
    ("market_section", "section", "行政审批服务科", "market"),
    ("housing", "department", "清河县住房和城乡建设局", "government"),
    ("health", "department", "清河县卫生健康局", "government"),
    ("health_section", "section", "行政审批服务科", "health"),
    ("justice", "department", "清河县司法局", "government"),
    ("supervision", "department", "清河县效能监察办公室", "government"),
    ("town", "town", "城关镇便民服务中心", "government"),
    ("village", "village", "东街社区便民服务站", "town"),
)
WINDOWS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("window3", "3", "综合窗口", "comprehensive", ("market", "housing")),
    ("window8", "8", "卫健窗口", "department", ("health",)),
    ("window1", "1", "统一出件窗口", "issuing", ("market", "housing", "health")),
)
# short name, name, unit, duty, title, window
STAFF: tuple[tuple[str, str, str, str, str, str | None], ...] = (
    ("wang", "王芳", "intake", "clerk", "综合窗口受理岗", "window3"),
    ("zhao", "赵强", "market_section", "reviewer", "审查岗", None),
    ("chen", "陈静", "market_section", "approver", "审批岗", None),
    ("zhou", "周平", "market_section", "chief", "首席代表", None),
    ("he", "何伟", "market", "head", "局长", None),
    ("luo", "罗兰", "housing", "head", "局长", None),
    ("sun", "孙悦", "supervision", "supervisor", "监察岗", None),
    ("qian_staff", "钱小进", "health_section", "clerk", "卫健窗口受理岗", "window8"),
    ("qian_approver", "钱审", "health_section", "approver", "审批岗", None),
    ("tang", "唐宁", "health", "head", "局长", None),
    ("wu", "吴敏", "intake", "issuer", "出件岗", "window1"),
    ("manager", "马成", "centre", "manager", "中心主任", None),
    ("editor", "姜南", "market", "editor", "事项管理岗", None),
    ("legal", "方正", "justice", "legal", "合法性审查岗", None),
    ("leader", "林远", "government", "leader", "副县长", None),
    ("agent", "石头", "village", "agent", "代办员", None),
)
ADMINISTRATORS = (("system", "系统员", "system"), ("security", "安全员", "security"), ("audit", "审计员", "audit"))
# short name, department, holder of the post, powers, signer
LETTERS: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    ("market_wang", "market", "wang", ("accept", "issue"), "he"),
    ("housing_wang", "housing", "wang", ("accept", "issue"), "luo"),
    ("market_zhao", "market", "zhao", ("review",), "he"),
    ("market_chen", "market", "chen", ("accept", "review", "decide", "issue"), "he"),
    ("market_zhou", "market", "zhou", ("accept", "review", "decide", "issue"), "he"),
    ("market_wu", "market", "wu", ("issue",), "he"),
    ("health_qian", "health", "qian_staff", ("accept", "issue"), "tang"),
    ("health_approver", "health", "qian_approver", ("review", "decide"), "tang"),
)


def cast_again() -> Cast:
    """The same city in the open transaction, built through services once a process and copied in by COPY after that."""
    kept = _kept.get(str(settings.YIMEN_VAR))
    with connection.cursor() as cursor:
        if kept is None:
            last = _last_ids(cursor)
            cast = build_cast()
            _kept[str(settings.YIMEN_VAR)] = (pickle.dumps(cast), _rows_after(cursor, last))
            return cast
        for table, rows in kept[1]:
            with cursor.copy(f"copy {table} from stdin") as copy:
                copy.write(rows)
        for model in _models():
            key = model._meta.pk
            if isinstance(key, AutoField):
                # The rows bring their own numbers; what is made later takes higher ones.
                table, column = model._meta.db_table, key.column
                cursor.execute(
                    "select setval(s, greatest(nextval(s), "  # noqa: S608 - the model's own names
                    f"(select coalesce(max({column}), 1) from {table}))) "
                    "from pg_get_serial_sequence(%s, %s) as found(s)",
                    [table, column],
                )
    cast = pickle.loads(kept[0])  # noqa: S301 - written by this process
    assert isinstance(cast, Cast)
    return cast


_kept: dict[str, tuple[bytes, list[tuple[str, bytes]]]] = {}


def _models() -> list[type[Model]]:
    """Whatever the services of these modules write."""
    found = [*apps.get_app_config("identity").get_models(), *apps.get_app_config("organisations").get_models()]
    return [*(model for model in found if model._meta.managed), AuditEntry, Window.departments.through]


def _last_ids(cursor: Any) -> dict[str, Any]:
    last = {}
    for model in _models():
        key, table = model._meta.pk, model._meta.db_table
        if isinstance(key, AutoField):
            cursor.execute(f"select coalesce(max({key.column}), 0) from {table}")  # noqa: S608 - the model's own names
            last[table] = (f"{key.column} >", cursor.fetchone()[0])
        else:
            # A table without numbers that a migration has filled keeps those rows: none of it is the cast's.
            cursor.execute(f"select count(*) from {table}")  # noqa: S608 - as above
            last[table] = ("0 =", cursor.fetchone()[0])
    return last


def _rows_after(cursor: Any, last: dict[str, Any]) -> list[tuple[str, bytes]]:
    """Each table's new rows, as COPY writes them, in an order that foreign keys allow (they are checked at the end)."""
    rows = []
    for model in _models():
        table = model._meta.db_table
        new, before = last[table]
        with cursor.copy(f"copy (select * from {table} where {new} {before}) to stdout") as copy:  # noqa: S608 - as above
            data = b"".join(bytes(part) for part in copy)
        if data:
            rows.append((table, data))
    return rows


def build_cast() -> Cast:
    """Build the city in the open transaction, through services; about 0.3 s. Tests use the fixture `cast`."""
    cast = Cast()
    _build_places(cast)
    _build_staff(cast)
    _build_letters(cast)
    _build_citizens(cast)
    return cast


def _build_places(cast: Cast) -> None:
    province = organisations.add_division(actor=INSTALLER, code="510000000000", name="川东省", at=BUILT)
    city = organisations.add_division(actor=INSTALLER, code="519900000000", name="安平市", at=BUILT, parent=province)
    county = organisations.add_division(actor=INSTALLER, code="519911000000", name="清河县", at=BUILT, parent=city)
    town = organisations.add_division(actor=INSTALLER, code="519911100000", name="城关镇", at=BUILT, parent=county)
    cast.divisions |= {"province": province, "city": city, "county": county, "town": town}
    codes = {"market": "11519911MB0000001X", "housing": "11519911MB0000002R", "health": "11519911MB0000003J"}
    for key, kind, name, parent in UNITS:
        cast.units[key] = organisations.create_unit(
            actor=INSTALLER,
            kind=kind,
            name=name,
            parent=cast.units[parent] if parent else None,
            division=town if key in ("town", "village") else county,
            credit_code=_credit_code(codes[key][:17]) if key in codes else "",
            use_level="4",
            approval_section=key.endswith("_section"),
            at=BUILT,
        )
    for key, number, name, kind, served in WINDOWS:
        cast.windows[key] = organisations.open_window(
            actor=INSTALLER,
            centre=cast.units["centre"],
            number=number,
            name=name,
            kind=kind,
            departments=[cast.units[department] for department in served],
            at=BUILT,
        )
    for key, unit, kind, text in (
        ("market", "market", "approval", "清河县市场监督管理局行政审批专用章"),
        ("housing", "housing", "approval", "清河县住房和城乡建设局行政审批专用章"),
        ("health", "health", "approval", "清河县卫生健康局行政审批专用章"),
        ("acceptance", "centre", "acceptance", "清河县政务服务中心受理专用章"),
    ):
        cast.seals[key] = organisations.register_seal(
            actor=INSTALLER,
            unit=cast.units[unit],
            kind=kind,
            text=text,
            number=f"QH-{len(cast.seals) + 1:04}",
            valid_from=BUILT.date(),
            at=BUILT,
        )


def _build_staff(cast: Cast) -> None:
    names = [(key, name) for key, name, *_ in STAFF] + [(key, name) for key, name, _ in ADMINISTRATORS]
    for key, name in names:
        account, _code = people.open_staff_account(actor=INSTALLER, name=name, sign_in_name=key, at=BUILT)
        cast.accounts[key] = _with_password(account)
    for key, _name, unit, duty, title, window in STAFF:
        post = organisations.create_post(
            actor=INSTALLER,
            unit=cast.units[unit],
            duty=duty,
            title=title,
            window=cast.windows[window] if window else None,
            at=BUILT,
        )
        organisations.give_usual_grants(actor=INSTALLER, post=post, at=BUILT)
        cast.posts[key] = organisations.appoint(actor=INSTALLER, post=post, account=cast.accounts[key], at=BUILT)
    for key, _name, role in ADMINISTRATORS:
        organisations.give_admin_role(actor=INSTALLER, account=cast.accounts[key], role=role, at=BUILT)
        cast.accounts[key].refresh_from_db()


def _build_letters(cast: Cast) -> None:
    for number, (key, department, holder, powers, signer) in enumerate(LETTERS, 1):
        letter = organisations.draft_letter(
            actor=INSTALLER,
            number=f"清政委〔2024〕{number}号",
            department=cast.units[department],
            post=cast.posts[holder],
            powers=powers,
            valid_from=BUILT.date(),
            valid_to=VALID_TO,
            seal=cast.seals[department],
            at=BUILT,
        )
        cast.letters[key] = organisations.sign_letter(actor=cast.actor(signer, BUILT), letter=letter, at=BUILT)


def _build_citizens(cast: Cast) -> None:
    for key, name, number, phone in (
        ("li", "李明", LI_ID, "13812342671"),
        ("qian", "钱进", QIAN_ID, "13987653210"),
    ):
        cast.accounts[key] = people.register_natural(
            name=name,
            id_type="resident",
            id_number=number,
            phone=phone,
            sign_in_name=key + "_citizen",
            password=PASSWORD,
            address="清河县城关镇东街 12 号",
            at=BUILT,
        )
    cast.accounts["teahouse"] = people.register_legal(
        name="清河县一叶茶馆有限公司",
        credit_code=TEAHOUSE_CODE,
        legal_representative="李明",
        operator_name="李明",
        phone="13812342671",
        sign_in_name="teahouse",
        password=PASSWORD,
        address="清河县城关镇东街 12 号",
        at=BUILT,
    )
    for key in ("li", "qian", "teahouse"):
        party = cast.accounts[key].party
        assert party is not None
        cast.parties[key] = party


def _with_password(account: Account) -> Account:
    """As if the owner had used the one-time code; the hash is made once a process."""
    account.password, account.must_change_password = _hashed(tuple(settings.PASSWORD_HASHERS)), False
    account.password_changed_at = moments.now()
    account.save(update_fields=["password", "must_change_password", "password_changed_at"])
    return account


@lru_cache
def _hashed(_hashers: tuple[str, ...]) -> str:
    return make_password(PASSWORD)


def _credit_code(first: str) -> str:
    """The 17 first characters with their check character (GB 32100)."""
    from stdnum.cn import uscc

    return first + uscc.calc_check_digit(first)


__all__ = ["BUILT", "INSTALLER", "LI_ID", "PASSWORD", "QIAN_ID", "SYSTEM", "TEAHOUSE_CODE", "Cast", "build_cast"]
