"""Numbers, the signed chain and moments of the offline journal. Pure: no database, no clock, no request.

An entry is one text, signed by the device as it stands. It names the hash of the text before it, so nothing can be changed,
left out or put in between without the place being known.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from stdnum.iso7064 import mod_37_36

from yimen.ground.kit.moments import CHINA, day_of

SERIES = "LX"
LAST_SERIAL = 999_999
LONGEST_TEXT = 60_000
AGREE = timedelta(minutes=2)
"""How far the device's clock and its stop-watch may differ and still be said to agree."""
AHEAD = timedelta(minutes=5)
"""How far in the future a device's moment may lie before somebody has to look at it."""

_COMPACT = re.compile(r"LX([0-9A-Z]{1,8})([0-9]{6})([0-9A-Z])")
_NO_LOOK_ALIKES = str.maketrans("OI", "89")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that a centre sets: what it is called, its unit, the usual value, its bounds, why."""

    key: str
    label: str
    unit: str
    usual: int
    least: int
    most: int
    source: str


SETTINGS: dict[str, Setting] = {
    each.key: each
    for each in (
        Setting("block", "每次预留多少个离线编号", "个", 50, 5, 500, "按一个窗口断网半天的收件量估计"),
        Setting("low", "剩多少个时补一段", "个", 20, 1, 400, "联网时自动补，断网后用完就不能再收"),
        Setting("devices", "每个窗口最多登记几台浏览器", "台", 2, 1, 10, "多一台就多一份要看管的日志"),
        Setting("stale", "事项资料超过几小时要提示", "小时", 24, 1, 240, "断网时窗口看到的是最近一次联网取回的资料"),
    )
}


# --- Numbers


def window_mark(number: str, window_id: int) -> str:
    """What stands for a window in its offline numbers: its number in letters and digits, else its row."""
    text = "".join(each for each in number.upper() if each.isascii() and each.isalnum())[:8]
    return text or f"W{window_id}"[:8]


def offline_number(mark: str, serial: int) -> str:
    """`LX-A11-000123-K`: series, window, running number, ISO 7064 MOD 37,36 over all of it. Raises ValueError past the last."""
    if not 1 <= serial <= LAST_SERIAL:
        raise ValueError(f"no serial {serial}")
    body = f"{SERIES}{mark}{serial:06d}"
    return f"{SERIES}-{mark}-{serial:06d}-{mod_37_36.calc_check_digit(body)}"


def read_number(text: str) -> str | None:
    """The number as it is stored, from what somebody typed; None where it cannot be one (the check character is wrong too)."""
    plain = re.sub(r"[\s\-‐‑–—−·_]+", "", text[:60].translate(_WIDE)).upper()
    found = _COMPACT.fullmatch(plain)
    if found is None or not mod_37_36.is_valid(plain) or int(found[2]) == 0:
        return None
    return f"{SERIES}-{found[1]}-{found[2]}-{found[3]}"


def serial_of(number: str) -> tuple[str, int]:
    """Mark and running number of a stored number."""
    _, mark, serial, _ = number.split("-")
    return mark, int(serial)


# --- What an entry says

Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]


class Strict(BaseModel):
    """A part of an entry: nothing unknown, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Who(Strict):
    """The clerk at the page: uid and name as the server gave them at the last sync."""

    uid: UUID
    name: Annotated[str, StringConstraints(max_length=100)]


class ItemSaid(Strict):
    """The item and the edition whose materials were on the page."""

    code: Annotated[str, StringConstraints(max_length=40)]
    edition: int
    name: Annotated[str, StringConstraints(max_length=1000)]


class Applicant(Strict):
    """Who stood at the counter, by the document on it."""

    kind: Literal["natural", "legal"] = "natural"
    name: Short
    id_type: Annotated[str, StringConstraints(max_length=12)]
    id_number: Annotated[str, StringConstraints(max_length=60)]
    phone: Annotated[str, StringConstraints(max_length=30)] = ""


class Content(Strict):
    """An entry of the journal. Moments of the device are milliseconds since 1970; `elapsed` is what its stop-watch says went by
    since `synced_at`, the server's moment at the last sync; None where the browser was started anew since.
    """

    v: Literal[1]
    device: UUID
    seq: Annotated[int, Field(ge=1, le=10_000_000)]
    prev: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    number: Annotated[str, StringConstraints(max_length=30)]
    local_at: Annotated[int, Field(ge=0, le=10**14)]
    local_at_sync: Annotated[int, Field(ge=0, le=10**14)]
    synced_at: datetime
    elapsed: Annotated[int, Field(ge=0, le=10**11)] | None
    clerk: Who
    item: ItemSaid
    applicant: Applicant
    materials: Annotated[list[int], Field(max_length=300)]
    answers: dict[str, Any]
    remarks: Annotated[str, StringConstraints(max_length=1000)] = ""
    salt: Annotated[str, StringConstraints(min_length=16, max_length=64)]


class Head(Strict):
    """What the device says its journal ends with: signed like an entry, so that a tail cannot be cut off unseen."""

    v: Literal[1]
    device: UUID
    seq: Annotated[int, Field(ge=0, le=10_000_000)]
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    at: Annotated[int, Field(ge=0, le=10**14)]


# --- The chain


class Broken(Exception):
    """An entry that the chain refuses: `kind` is a key of `FAULTS`, `said` the sentence for people."""

    def __init__(self, kind: str, said: str) -> None:
        super().__init__(said)
        self.kind, self.said = kind, said


FAULTS: dict[str, str] = {
    "edited": "内容被改动",
    "foreign": "不是这台设备的日志",
    "order": "顺序被打乱",
    "missing": "中间缺少记录",
    "cut": "末尾被截断",
    "other": "同一序号有两份不同的记录",
    "number": "编号不在这台设备的号段里",
    "unreadable": "读不出来",
}
"""What can be wrong with a journal."""


def first_link(device: UUID) -> str:
    """What the first entry of a device names as the one before it."""
    return hashlib.sha256(f"yimen-offline-1:{device}".encode()).hexdigest()


def link_of(text: str) -> str:
    """The hash by which the next entry names this one."""
    return hashlib.sha256(text.encode()).hexdigest()


def proof_code(link: str) -> str:
    """The code on the receipt, twelve characters without look-alikes: the first sixty bits of the entry's hash."""
    return base64.b32encode(bytes.fromhex(link[:16])).decode()[:12].translate(_NO_LOOK_ALIKES)


def public_key(spki: str) -> ec.EllipticCurvePublicKey:
    """The device's key from its base64 SPKI; raises ValueError for anything but a point of P-256."""
    try:
        key = load_der_public_key(base64.b64decode(spki, validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as wrong:
        raise ValueError("not a public key") from wrong
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a key of P-256")
    return key


def signed_by(key: ec.EllipticCurvePublicKey, text: str, signature: str) -> bool:
    """Whether the base64 r‖s signature is this key's over the text."""
    try:
        raw = base64.b64decode(signature, validate=True)
        if len(raw) != 64:
            return False
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, text.encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, binascii.Error, InvalidSignature, UnicodeEncodeError):
        return False
    return True


def read_entry(
    *, device: UUID, spki: str, seq: int, text: str, signature: str, last_seq: int, last_link: str
) -> Content:
    """The next entry of a device's journal, checked against its key and the link before it. Raises `Broken`."""
    if len(text) > LONGEST_TEXT:
        raise Broken("unreadable", f"第 {seq} 条太长。")
    if not signed_by(public_key(spki), text, signature):
        other = unsigned(text)
        if other is not None and other.device != device:
            raise Broken("foreign", f"第 {seq} 条属于另一台设备。")
        raise Broken("edited", f"第 {seq} 条的签名对不上：内容被改动过。")
    try:
        found = Content.model_validate_json(text)
    except ValidationError:
        raise Broken("unreadable", f"第 {seq} 条读不出来。") from None
    if found.device != device:
        raise Broken("foreign", f"第 {seq} 条属于另一台设备。")
    if found.seq != seq:
        raise Broken("order", f"第 {seq} 条的位置上是第 {found.seq} 条。")
    if seq > last_seq + 1:
        raise Broken("missing", f"收到第 {seq} 条，但第 {last_seq + 1} 条还没有来。")
    if found.prev != last_link:
        raise Broken("order", f"第 {seq} 条接不上第 {last_seq} 条。")
    return found


def unsigned(text: str) -> Content | None:
    """What a text says, whoever signed it; None where it says nothing readable. Proves nothing."""
    try:
        return Content.model_validate_json(text)
    except ValidationError:
        return None


def read_head(*, device: UUID, spki: str, text: str, signature: str, last_seq: int, last_link: str) -> Head:
    """What the device says its journal ends with, held against what the server has. Raises `Broken`."""
    if len(text) > LONGEST_TEXT or not signed_by(public_key(spki), text, signature):
        raise Broken("edited", "日志的末尾记录签名对不上。")
    try:
        head = Head.model_validate_json(text)
    except ValidationError:
        raise Broken("unreadable", "日志的末尾记录读不出来。") from None
    if head.device != device:
        raise Broken("foreign", "日志的末尾记录属于另一台设备。")
    if head.seq > last_seq:
        raise Broken("cut", f"日志应到第 {head.seq} 条，只送来到第 {last_seq} 条。")
    if head.seq < last_seq or head.hash != last_link:
        raise Broken("cut", f"服务器已收到第 {last_seq} 条，设备上的日志只到第 {head.seq} 条：日志被退回到以前的样子。")
    return head


# --- When it was


@dataclass(frozen=True, slots=True)
class Moment:
    """When a receipt was given, and why somebody should look at it first ("" where the clocks agree)."""

    at: datetime
    doubt: str = ""


def moment_of(said: Content, *, not_before: datetime | None, received_at: datetime) -> Moment:
    """The moment of a receipt, from the server's last moment and what the device's clock and stop-watch say went by.

    Where both agree it is the clock's. Where they differ within one day the earlier one counts, which costs the office and not
    the applicant. What lies before the last sync, before the receipt before it, or in the future is in doubt.
    """
    synced = said.synced_at.astimezone(UTC)
    by_clock = synced + timedelta(milliseconds=said.local_at - said.local_at_sync)
    at, doubt = by_clock, ""
    if said.elapsed is not None:
        by_watch = synced + timedelta(milliseconds=said.elapsed)
        if abs(by_watch - by_clock) > AGREE:
            at = min(by_watch, by_clock)
            if day_of(by_watch) != day_of(by_clock):
                doubt = "设备的时钟在断网期间被拨动过"
    earliest = max(synced, not_before) if not_before is not None else synced
    if at < earliest - AGREE:
        doubt = "设备的时间早于上一次联网或上一张凭证"
    elif at > received_at + AHEAD:
        doubt = "设备的时间晚于收到的时间"
    return Moment(min(max(at, earliest), received_at).astimezone(CHINA), doubt)


# --- What waits

WAITING: dict[str, str] = {
    "item": "事项不能收了",
    "form": "申请表要补填",
    "applicant": "申请人信息要改",
    "clock": "时间要核对",
    "refused": "窗口或事项的规定不允许",
    "open": "已核对，请窗口开办件",
    "revoked": "设备已停用，要第二人核对",
    "doubted": "日志有问题，要第二人核对",
}
"""Why an entry could not become a case by itself."""
SECOND_PERSON = frozenset({"clock", "revoked", "doubted"})
"""What only somebody else than the clerk who gave the receipt may let through."""
