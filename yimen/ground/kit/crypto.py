"""The Chinese commercial algorithms: SM3, HMAC-SM3, SM4-GCM, SM2 (GB/T 32905, 32907, 32918).

Every stored result begins with the id of its algorithm and the version of its key (`sm4g:1:…`, `sm2:1:…`, `hs1.…`), so
that a later algorithm or a hardware module can stand beside an earlier one. Keys come from `keyring`; this file knows
only bytes. SM3 and SM4 are OpenSSL's; SM2, which it lacks in Python, is GmSSL's through either of two packages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import textwrap
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SM4_KEY_BYTES = 16
GCM_NONCE_BYTES = 12
GCM_TAG_BYTES = 16
SM2_ID = b"1234567812345678"
"""The signer's id when none is agreed, GB/T 35276 10; all our signatures use it."""

_SM2_PUBLIC_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_HASHLIB_HAS_SM3 = "sm3" in hashlib.algorithms_available


class CryptoError(Exception):
    """A value cannot be opened: changed, cut off, of an unknown algorithm, or made with a key that is not here."""


def sm3(data: bytes) -> bytes:
    """The SM3 hash, 32 bytes."""
    if _HASHLIB_HAS_SM3:
        return hashlib.new("sm3", data).digest()
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """The keyed hash HMAC-SM3, 32 bytes."""
    if _HASHLIB_HAS_SM3:
        return hmac.digest(key, data, "sm3")
    block = (key if len(key) <= 64 else sm3(key)).ljust(64, b"\0")
    inner = sm3(bytes(b ^ 0x36 for b in block) + data)
    return sm3(bytes(b ^ 0x5C for b in block) + inner)


def same(one: bytes, other: bytes) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(one, other)


def sm4_gcm_encrypt(key: bytes, plain: bytes, *, bound_to: bytes = b"", nonce: bytes | None = None) -> bytes:
    """Nonce, cipher text and tag in one (12 + n + 16 bytes). `bound_to` must be given again to open it.

    `nonce` is given by known-answer tests only; a repeated one would break the cipher.
    """
    nonce = secrets.token_bytes(GCM_NONCE_BYTES) if nonce is None else nonce
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound_to)
    return nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def sm4_gcm_decrypt(key: bytes, sealed: bytes, *, bound_to: bytes = b"") -> bytes:
    """Open what `sm4_gcm_encrypt` made; raises `CryptoError` if a bit, the key or `bound_to` differs."""
    if len(sealed) < GCM_NONCE_BYTES + GCM_TAG_BYTES:
        raise CryptoError("cipher text too short")
    nonce, body, tag = sealed[:GCM_NONCE_BYTES], sealed[GCM_NONCE_BYTES:-GCM_TAG_BYTES], sealed[-GCM_TAG_BYTES:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(bound_to)
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag:
        raise CryptoError("cipher text changed, or made with another key") from None


class Sm2(Protocol):
    """What signs and verifies. A hardware module or signature server is one more implementation.

    Private keys are 32 bytes, public keys 64 (x‖y), signatures 64 (r‖s), over the message with the signer's id.
    """

    def generate(self) -> tuple[bytes, bytes]:
        """A new (private, public) pair."""
        ...

    def sign(self, private: bytes, public: bytes, message: bytes) -> bytes:
        """Sign the message."""
        ...

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over this message; False for any malformed one."""
        ...


class GmsslPyx:
    """GmSSL through gmssl-pyx (x86-64)."""

    def __init__(self) -> None:
        import gmssl_pyx

        self._lib = gmssl_pyx

    def generate(self) -> tuple[bytes, bytes]:
        """A new (private, public) pair."""
        public, private = self._lib.sm2_key_generate()
        return private, public

    def sign(self, private: bytes, public: bytes, message: bytes) -> bytes:
        """Sign the message."""
        return signature_from_der(self._lib.sm2_sign(private, public, message, signer_id=SM2_ID))

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over this message."""
        if len(signature) != 64 or len(public) != 64:
            return False
        try:
            return bool(self._lib.sm2_verify(public, message, signature_to_der(signature), signer_id=SM2_ID))
        except (self._lib.GmsslInnerError, self._lib.InvalidValueError):
            return False


class GmsslFast:
    """GmSSL through gmssl-fast (also aarch64)."""

    def __init__(self) -> None:
        import gmssl_fast

        self._lib = gmssl_fast

    def generate(self) -> tuple[bytes, bytes]:
        """A new (private, public) pair."""
        pair = self._lib.SM2.generate()
        return bytes.fromhex(pair.private_key_hex or ""), bytes.fromhex(pair.public_key_hex or "")[-64:]

    def sign(self, private: bytes, public: bytes, message: bytes) -> bytes:
        """Sign the message."""
        return bytes(self._lib.SM2(private_key=private.hex(), public_key=public.hex()).sign(message))

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over this message."""
        if len(signature) != 64 or len(public) != 64:
            return False
        try:
            return bool(self._lib.SM2(public_key=public.hex()).verify(message, signature))
        except (self._lib.GmsslError, ValueError):
            return False


@lru_cache
def sm2() -> Sm2:
    """The SM2 of this machine: gmssl-pyx where it has a wheel, else gmssl-fast."""
    try:
        return GmsslPyx()
    except ImportError:
        return GmsslFast()


def sm2_public_pem(public: bytes) -> str:
    """A public key as PEM, as openssl reads it."""
    body = base64.b64encode(_SM2_PUBLIC_HEAD + public).decode()
    lines = "\n".join(textwrap.wrap(body, 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"


def signature_to_der(signature: bytes) -> bytes:
    """r‖s as the DER sequence of GB/T 35276."""
    body = b"".join(_der_integer(part) for part in (signature[:32], signature[32:]))
    return b"\x30" + bytes([len(body)]) + body


def signature_from_der(der: bytes) -> bytes:
    """The DER sequence of GB/T 35276 as r‖s; raises `CryptoError` for anything else."""
    try:
        if der[0] != 0x30 or der[1] != len(der) - 2:
            raise ValueError
        first = der[3]
        parts = (der[4 : 4 + first], der[6 + first :])
        numbers = [int.from_bytes(part, "big") for part in parts]
        raw = b"".join(number.to_bytes(32, "big") for number in numbers)
        if signature_to_der(raw) != der:
            raise ValueError
    except (IndexError, ValueError, OverflowError):
        raise CryptoError("not a DER signature") from None
    return raw


def _der_integer(part: bytes) -> bytes:
    body = part.lstrip(b"\0") or b"\0"
    if body[0] & 0x80:
        body = b"\0" + body
    return b"\x02" + bytes([len(body)]) + body
