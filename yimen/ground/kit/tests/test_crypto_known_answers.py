"""The algorithms give the answers printed in their standards, and openssl agrees."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from yimen.ground.kit import crypto
from yimen.ground.kit.crypto import CryptoError, GmsslFast, GmsslPyx, Sm2

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
PRIVATE = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
PUBLIC = bytes.fromhex(
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="没有 openssl 命令，跳过互验")


def backends() -> list[Sm2]:
    found: list[Sm2] = []
    for backend in (GmsslPyx, GmsslFast):
        try:
            found.append(backend())
        except ImportError:
            continue
    return found


@pytest.fixture(params=backends(), ids=lambda backend: type(backend).__name__)
def sm2(request: pytest.FixtureRequest) -> Sm2:
    backend: Sm2 = request.param
    return backend


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
@pytest.mark.parametrize("has_sm3", [True, False])
def test_sm3_gbt_32905(monkeypatch: pytest.MonkeyPatch, message: bytes, digest: str, has_sm3: bool) -> None:
    monkeypatch.setattr(crypto, "_HASHLIB_HAS_SM3", has_sm3)
    assert crypto.sm3(message).hex() == digest


def test_hmac_is_the_same_with_and_without_openssl_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [(b"k", b"m"), (b"k" * 64, b""), (b"k" * 200, b"m" * 1000)]
    fast = [crypto.hmac_sm3(*case) for case in cases]
    monkeypatch.setattr(crypto, "_HASHLIB_HAS_SM3", False)
    assert [crypto.hmac_sm3(*case) for case in cases] == fast


def test_sm4_block_gbt_32907() -> None:
    encryptor = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor()  # noqa: S305 -- the standard's vector is one bare block
    assert encryptor.update(KEY).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_rfc_8998() -> None:
    plain = bytes.fromhex("".join(c * 16 for c in "ABCDEFEA"))
    nonce = bytes.fromhex("00001234567800000000abcd")
    bound = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = crypto.sm4_gcm_encrypt(KEY, plain, bound_to=bound, nonce=nonce)
    assert sealed[12:].hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert crypto.sm4_gcm_decrypt(KEY, sealed, bound_to=bound) == plain


@given(st.binary(max_size=200), st.integers(min_value=0), st.binary(max_size=20))
@settings(max_examples=60, deadline=None)
def test_one_changed_bit_is_found(plain: bytes, place: int, bound: bytes) -> None:
    sealed = crypto.sm4_gcm_encrypt(KEY, plain, bound_to=bound)
    assert crypto.sm4_gcm_decrypt(KEY, sealed, bound_to=bound) == plain
    bit = place % (len(sealed) * 8)
    changed = bytearray(sealed)
    changed[bit // 8] ^= 1 << bit % 8
    for wrong, wrong_bound in ((bytes(changed), bound), (sealed, bound + b"x"), (sealed[:-1], bound), (b"", bound)):
        with pytest.raises(CryptoError):
            crypto.sm4_gcm_decrypt(KEY, wrong, bound_to=wrong_bound)


def test_sm2_gbt_32918_5(sm2: Sm2) -> None:
    assert sm2.verify(PUBLIC, b"message digest", SIGNATURE)
    assert not sm2.verify(PUBLIC, b"message digesT", SIGNATURE)
    assert sm2.verify(PUBLIC, b"m", sm2.sign(PRIVATE, PUBLIC, b"m"))


@pytest.mark.parametrize("wrong", [b"", b"\0" * 64, b"\xff" * 64, SIGNATURE[:-1], SIGNATURE + b"\0"])
def test_a_malformed_signature_is_false_not_an_error(sm2: Sm2, wrong: bytes) -> None:
    assert not sm2.verify(PUBLIC, b"message digest", wrong)


@pytest.mark.skipif(len(backends()) < 2, reason="本机只有一个 SM2 实现，跳过互验")
def test_each_sm2_verifies_what_the_other_signs() -> None:
    for signer in backends():
        private, public = signer.generate()
        signature = signer.sign(private, public, "清河县".encode())
        assert all(verifier.verify(public, "清河县".encode(), signature) for verifier in backends())


def test_der_and_back_for_numbers_of_every_length() -> None:
    for r in (1, 127, 128, 2**255, 2**256 - 1):
        raw = r.to_bytes(32, "big") + (2**200).to_bytes(32, "big")
        assert crypto.signature_from_der(crypto.signature_to_der(raw)) == raw
    for broken in (b"", b"\x30\x00", b"\x31\x06\x02\x01\x01\x02\x01\x01", crypto.signature_to_der(SIGNATURE) + b"\0"):
        with pytest.raises(CryptoError):
            crypto.signature_from_der(broken)


@needs_openssl
def test_openssl_computes_the_same_sm3_and_hmac() -> None:
    data = "一门 𠮷䶮".encode() * 99
    for options, expected in (
        (["-sm3"], crypto.sm3(data)),
        (["-sm3", "-mac", "HMAC", "-macopt", f"hexkey:{KEY.hex()}"], crypto.hmac_sm3(KEY, data)),
    ):
        run = subprocess.run(["openssl", "dgst", "-binary", *options], input=data, capture_output=True, check=True)
        assert run.stdout == expected


@needs_openssl
def test_openssl_verifies_our_sm2_signature(sm2: Sm2, tmp_path: Path) -> None:
    private, public = sm2.generate()
    message, key, signature = tmp_path / "m", tmp_path / "k.pem", tmp_path / "s"
    message.write_bytes("账本头 42".encode())
    key.write_text(crypto.sm2_public_pem(public))
    signature.write_bytes(crypto.signature_to_der(sm2.sign(private, public, message.read_bytes())))
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pubin", "-inkey", str(key)]
    command += ["-in", str(message), "-sigfile", str(signature), "-pkeyopt", "distid:1234567812345678"]
    assert subprocess.run(command, capture_output=True).returncode == 0
    message.write_bytes("账本头 43".encode())
    assert subprocess.run(command, capture_output=True).returncode != 0
