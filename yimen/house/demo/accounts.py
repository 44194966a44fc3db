"""Who can sign in: citizens, enterprises, staff, the three administrators. Passwords are random for each installation."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyotp

from yimen.ground.identity import services as identities
from yimen.ground.identity.rules import SYSTEM
from yimen.house.demo import county
from yimen.house.demo.building import County
from yimen.house.simulate import people

FILE_NAME = "demo-accounts.txt"
WITH_SECOND_FACTOR = "xuweiyue"
"""The one demo account that has a second factor, to try it with; a trial asks no other for one."""

_GROUPS = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789")


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person or enterprise that can sign in; `number` gives the invented document number and telephone."""

    sign_in_name: str
    name: str
    number: int
    note: str
    operator: str = ""
    legal_representative: str = ""


FIRST_CITIZEN_NUMBER = 60_000
CITIZENS = (
    Citizen("lihe", "李禾", 60_001, "群众"),
    Citizen("hexiulan", "何秀兰", 60_002, "群众，长者"),
    Citizen("lipeiran", "李沛然", 60_003, "群众"),
    Citizen("tingquan", "清河县听泉茶馆", 60_004, "企业（听泉茶馆）", "李秋禾", "李秋禾"),
    Citizen("xiaoman", "清河县小满汤粉店", 60_005, "企业（小满汤粉店）", "唐小满", "唐小满"),
    Citizen("qiming", "清河县启明机械厂", 60_006, "企业（启明机械厂）", "周启明", "周启明"),
)


def register(at: datetime) -> tuple[dict[str, int], list[tuple[str, str, str, str]]]:
    """Register the citizens in the open transaction; returns sign-in name → party id, and lines for the file."""
    parties, lines = {}, []
    for each in CITIZENS:
        password = new_password()
        if each.operator:
            account = identities.register_legal(
                name=each.name,
                credit_code=people.credit_code(each.number),
                legal_representative=each.legal_representative,
                operator_name=each.operator,
                phone=people.mobile(each.number),
                sign_in_name=each.sign_in_name,
                password=password,
                address="清河县柳溪镇临泉街 27 号一层"
                if each.sign_in_name == "tingquan"
                else people.address(each.number),
                at=at,
            )
        else:
            account = identities.register_natural(
                name=each.name,
                id_type="resident",
                id_number=people.resident_number(each.number),
                phone=people.mobile(each.number),
                sign_in_name=each.sign_in_name,
                password=password,
                address=people.address(each.number),
                at=at,
            )
        parties[each.sign_in_name] = account.party_id or 0
        lines.append((each.note, each.name, each.sign_in_name, password))
    return parties, lines


def open_doors(made: County, now: datetime) -> list[tuple[str, str, str, str]]:
    """Give the named staff and the administrators their passwords, through a one-time code as anybody else."""
    lines = []
    named: list[county.SignIn | county.Administrator] = [*county.sign_ins(), *county.administrators()]
    for each in named:
        if each.note:
            password = new_password()
            code = identities.reset_password(actor=SYSTEM, account=made.staff[each.sign_in_name], at=now)
            identities.use_code(code=code, password=password, at=now)
            note = each.note
            if each.sign_in_name == WITH_SECOND_FACTOR:
                note += f"（动态验证码密钥 {_bind(made, each.sign_in_name, now)}）"
            lines.append((note, each.name, each.sign_in_name, password))
    return lines


def _bind(made: County, sign_in_name: str, now: datetime) -> str:
    """Bind a second factor as anybody does, an hour ago, so that the first code of today is still good; its secret."""
    account, at = made.staff[sign_in_name], now - timedelta(hours=1)
    actor = made.actor(sign_in_name, now)
    session = identities.open_session(account, at=at).session
    offer = identities.offer_factor(actor=actor, at=at)
    identities.bind_factor(actor=actor, session=session.uid, code=pyotp.TOTP(offer.secret).at(at), at=at)
    identities.end_sessions(account=account, actor=SYSTEM, at=now)
    return offer.secret


def new_password() -> str:
    """Fourteen random signs in three groups, with capitals, small letters and digits, none of them easily misread."""
    while True:
        signs = [secrets.choice(secrets.choice(_GROUPS)) for _ in range(12)]
        if all(any(sign in group for sign in signs) for group in _GROUPS):
            text = "".join(signs)
            return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def write_file(var: Path, lines: list[tuple[str, str, str, str]]) -> Path:
    """Keep the sign-ins in `var/demo-accounts.txt`, readable by its owner alone."""
    var.mkdir(parents=True, exist_ok=True)
    path = var / FILE_NAME
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    text = "\n".join(["演示账号（密码只在这个安装里有效）", *(_line(*each) for each in lines), ""])
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
    return path


def _line(note: str, name: str, sign_in_name: str, password: str) -> str:
    return f"  {_wide(note, 30)}{_wide(name, 18)}{sign_in_name:<14}{password}"


def _wide(text: str, width: int) -> str:
    """Padded to a width at which Chinese characters count two."""
    return text + " " * max(1, width - sum(2 if ord(sign) > 0x2E7F else 1 for sign in text))
