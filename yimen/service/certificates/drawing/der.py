"""DER (ITU-T X.690), as much of it as seals and certificates of keys need: writing, and reading back strictly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, UTF8 = 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C
PRINTABLE, IA5, UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x13, 0x16, 0x17, 0x18, 0x30, 0x31


class BadDer(ValueError):
    """Bytes that are not what they should be."""


def value(tag: int, content: bytes) -> bytes:
    """One value with its tag and length."""
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE of values."""
    return value(SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """SET of values."""
    return value(SET, b"".join(sorted(parts)))


def integer(number: int) -> bytes:
    """INTEGER that is not negative."""
    return value(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in text.split("."))
    out = bytearray()
    for number in (first * 40 + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(0x80 | number & 0x7F)
        out += bytes(reversed(septets))
    return value(OID, bytes(out))


def octets(content: bytes) -> bytes:
    """OCTET STRING."""
    return value(OCTET_STRING, content)


def bits(content: bytes, unused: int = 0) -> bytes:
    """BIT STRING."""
    return value(BIT_STRING, bytes([unused]) + content)


def utf8(text: str) -> bytes:
    """UTF8String."""
    return value(UTF8, text.encode())


def ia5(text: str) -> bytes:
    """IA5String."""
    return value(IA5, text.encode("ascii"))


def printable(text: str) -> bytes:
    """PrintableString."""
    return value(PRINTABLE, text.encode("ascii"))


def generalized_time(at: datetime) -> bytes:
    """GeneralizedTime in UTC."""
    return value(GENERALIZED_TIME, at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())


def validity_time(at: datetime) -> bytes:
    """A date of a certificate's validity: UTCTime until 2049, GeneralizedTime from then on (RFC 5280 4.1.2.5)."""
    if at.astimezone(UTC).year >= 2050:
        return generalized_time(at)
    return value(UTC_TIME, at.astimezone(UTC).strftime("%y%m%d%H%M%SZ").encode())


def explicit(number: int, content: bytes) -> bytes:
    """A value within an explicit context tag."""
    return value(0xA0 | number, content)


@dataclass(frozen=True, slots=True)
class Node:
    """A value that was read: its tag, its content, and its bytes with both."""

    tag: int
    content: bytes
    whole: bytes

    def children(self) -> list[Node]:
        """The values within."""
        return list(_read_all(self.content))

    def of(self, tag: int) -> Node:
        """This value, if it has this tag."""
        if self.tag != tag:
            raise BadDer(f"tag {self.tag:#x}, expected {tag:#x}")
        return self

    def bit_content(self) -> bytes:
        """The bytes of a BIT STRING of whole bytes."""
        if self.of(BIT_STRING).content[:1] != b"\0":
            raise BadDer("bits left over")
        return self.content[1:]

    def moment(self) -> datetime:
        """The moment of a GeneralizedTime in UTC."""
        try:
            return datetime.strptime(self.of(GENERALIZED_TIME).content.decode("ascii"), "%Y%m%d%H%M%SZ").replace(
                tzinfo=UTC
            )
        except ValueError:
            raise BadDer("time") from None


def read(data: bytes) -> Node:
    """The one value these bytes are; raises `BadDer` also for bytes after it."""
    found = list(_read_all(data))
    if len(found) != 1:
        raise BadDer("not one value")
    return found[0]


def _read_all(data: bytes) -> Iterable[Node]:
    at = 0
    while at < len(data):
        node = _read_one(data, at)
        at += len(node.whole)
        yield node


def _read_one(data: bytes, at: int) -> Node:
    try:
        tag, size, begin = data[at], data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 4:
                raise BadDer("length")
            length = data[begin : begin + count]
            size = int.from_bytes(length, "big")
            if len(length) != count or size < 128 or not length[0]:
                raise BadDer("length not the shortest")
            begin += count
    except IndexError:
        raise BadDer("cut off") from None
    if begin + size > len(data):
        raise BadDer("cut off")
    return Node(tag, data[begin : begin + size], data[at : begin + size])
