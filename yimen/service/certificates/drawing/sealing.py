"""Seals and what is signed with them: the structures of GB/T 38540-2020, signed with SM2 over SM3.

Each seal of the register has a key of its own in the key ring, and a certificate of that key which the organ itself signs
(X.509; a licensed CA's takes its place where a centre has one). What is left out of the standards stands in ADR 0047.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from yimen.ground.kit import crypto
from yimen.ground.kit.keyring import Key
from yimen.service.certificates.drawing import der
from yimen.service.certificates.drawing.der import BadDer, Node
from yimen.service.certificates.drawing.ofd import SM2_SM3_OID

VENDOR = "YIMEN"
VERSION = 4
EC_KEY, SM2_CURVE = "1.2.840.10045.2.1", "1.2.156.10197.1.301"
YEARS = 10


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What a seal of the register is, as far as its electronic form says so."""

    number: str
    text: str
    organ: str
    credit_code: str
    valid_from: date
    picture: bytes = b""
    size: int = 42


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was read: by whom, when, over which digest, and the keys it names."""

    seal_number: str
    seal_text: str
    organ: str
    signed_at: datetime
    digest: bytes
    covers: str
    public: bytes
    holds: bool
    """Whether both signatures, of the seal and under the document, are those of the key named."""


class Signer:
    """Signs with a key; one class so that a hardware module is another."""

    def __call__(self, key: Key, message: bytes) -> bytes:
        """The signature as DER (GB/T 35276)."""
        return crypto.signature_to_der(crypto.sm2().sign(key.secret, key.public, message))


def key_certificate(facts: SealFacts, key: Key, sign: Signer) -> bytes:
    """The X.509 certificate of a seal's key, signed with that key."""
    algorithm = der.sequence(der.oid(SM2_SM3_OID))
    name = der.sequence(
        _name("2.5.4.6", der.printable("CN")), _name("2.5.4.10", der.utf8(facts.organ)), _name("2.5.4.3", der.utf8(facts.text)),
        *([_name("2.5.4.5", der.printable(facts.credit_code))] if facts.credit_code else []),
    )  # fmt: skip
    first = _midnight(facts.valid_from)
    usage = der.sequence(der.oid("2.5.29.15"), der.value(0x01, b"\xff"), der.octets(der.bits(b"\xc0", 6)))
    body = der.sequence(
        der.explicit(0, der.integer(2)), der.integer(int.from_bytes(crypto.sm3(key.public + facts.number.encode())[:8], "big")),
        algorithm, name, der.sequence(der.validity_time(first), der.validity_time(_years_on(first))), name,
        der.sequence(der.sequence(der.oid(EC_KEY), der.oid(SM2_CURVE)), der.bits(b"\x04" + key.public)),
        der.explicit(3, der.sequence(usage)),
    )  # fmt: skip
    return der.sequence(body, algorithm, der.bits(sign(key, body)))


def electronic_seal(facts: SealFacts, key: Key, certificate: bytes, sign: Signer) -> bytes:
    """SESeal (GB/T 38540 6.1): what the seal is, with the certificate that may use it, signed."""
    first = _midnight(facts.valid_from)
    info = der.sequence(
        der.sequence(der.ia5("ES"), der.integer(VERSION), der.ia5(VENDOR)),
        der.ia5(facts.number.encode("ascii", "replace").decode()),
        der.sequence(
            der.integer(1), der.utf8(facts.text), der.integer(1), der.sequence(der.octets(certificate)),
            der.generalized_time(first), der.generalized_time(first), der.generalized_time(_years_on(first)),
        ),
        der.sequence(der.ia5("svg"), der.octets(facts.picture), der.integer(facts.size), der.integer(facts.size)),
    )  # fmt: skip
    certified = der.octets(certificate)
    algorithm = der.oid(SM2_SM3_OID)
    signature = sign(key, der.sequence(info, certified, algorithm))
    return der.sequence(info, certified, algorithm, der.bits(signature))


def signature(
    seal: bytes, certificate: bytes, key: Key, sign: Signer, *, over: bytes, covers: str, at: datetime
) -> bytes:
    """SES_Signature (GB/T 38540 7.1) over the SM3 of `over`; `covers` says what that is, as a path in the document."""
    to_sign = der.sequence(
        der.integer(VERSION), seal, der.generalized_time(at), der.bits(crypto.sm3(over)), der.ia5(covers)
    )
    return der.sequence(to_sign, der.octets(certificate), der.oid(SM2_SM3_OID), der.bits(sign(key, to_sign)))


def read_signature(data: bytes) -> Signed:
    """What a signature says, and whether it holds; raises `BadDer` for bytes that are none."""
    to_sign, certificate, algorithm, signed = _four(der.read(data))
    version, seal, moment, digest, covers = _five(to_sign.of(der.SEQUENCE))
    info, seal_certificate, seal_algorithm, seal_signed = _four(seal)
    if {algorithm.whole, seal_algorithm.whole} != {der.oid(SM2_SM3_OID)} or version.whole != der.integer(VERSION):
        raise BadDer("algorithm")
    public = public_key(certificate.of(der.OCTET_STRING).content)
    over_seal = der.sequence(info.whole, seal_certificate.whole, seal_algorithm.whole)
    holds = (
        seal_certificate.content == certificate.content
        and verifies(public, to_sign.whole, signed.bit_content())
        and verifies(public, over_seal, seal_signed.bit_content())
        and _self_signed(certificate.content, public)
    )
    _, number, told, _ = _four(info)
    return Signed(
        seal_number=_text(number), seal_text=_text(told.children()[1]), organ=_organ(certificate.content),
        signed_at=moment.moment(), digest=digest.bit_content(), covers=_text(covers), public=public, holds=holds,
    )  # fmt: skip


def public_key(certificate: bytes) -> bytes:
    """x‖y of the SM2 key that a certificate is about; raises `BadDer`."""
    body = der.read(certificate).children()[0].children()
    algorithm, point = body[6].children()
    if algorithm.whole != der.sequence(der.oid(EC_KEY), der.oid(SM2_CURVE)) or point.bit_content()[:1] != b"\x04":
        raise BadDer("not an SM2 key")
    return point.bit_content()[1:]


def verifies(public: bytes, message: bytes, signature_der: bytes) -> bool:
    """Whether a DER signature is this key's over this message."""
    try:
        return crypto.sm2().verify(public, message, crypto.signature_from_der(signature_der))
    except crypto.CryptoError:
        return False


def _self_signed(certificate: bytes, public: bytes) -> bool:
    body, _, signed = der.read(certificate).children()
    return verifies(public, body.whole, signed.bit_content())


def _organ(certificate: bytes) -> str:
    for each in der.read(certificate).children()[0].children()[5].children():
        kind, said = each.children()[0].children()
        if kind.whole == der.oid("2.5.4.10"):
            return _text(said)
    return ""


def _text(node: Node) -> str:
    try:
        return node.content.decode()
    except UnicodeDecodeError:
        raise BadDer("text") from None


def _four(node: Node) -> tuple[Node, Node, Node, Node]:
    found = node.of(der.SEQUENCE).children()
    if len(found) != 4:
        raise BadDer("not four parts")
    return found[0], found[1], found[2], found[3]


def _five(node: Node) -> tuple[Node, Node, Node, Node, Node]:
    found = node.children()
    if len(found) != 5:
        raise BadDer("not five parts")
    return found[0], found[1], found[2], found[3], found[4]


def _name(kind: str, said: bytes) -> bytes:
    return der.set_of(der.sequence(der.oid(kind), said))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _years_on(first: datetime) -> datetime:
    return first + timedelta(days=365 * YEARS)
