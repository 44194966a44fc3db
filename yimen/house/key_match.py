"""Do the key ring and the database belong together?

A ring that is missing would be made anew in silence, and what is then written opens nowhere else. So whoever is about to
serve looks first, at the oldest and the newest closed value and at the last seal; `doctor` looks at everything.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.apps import apps
from django.db import DatabaseError, connection, models

from yimen.ground.identity.models import Party
from yimen.ground.kit import keyring
from yimen.ground.kit.crypto import CryptoError
from yimen.ground.kit.fields import EncryptedText, encrypted_fields
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters.sealing import SIGN_PURPOSE

log = logging.getLogger(__name__)

MEND = (
    "请停止一门，从与这个数据库同一次的密钥备份（yimen-…-keys.tar）恢复 var/keys；"
    "多台机器须使用同一份密钥。不要删除或重新生成密钥。"
)
USES = {
    "ledger": "select distinct mac_key from matters_seal",
    SIGN_PURPOSE: "select distinct replace(signature_key, 'sm2:', 'seal:') from matters_seal",
    "letter": "select distinct 'letter:' || split_part(signature, ':', 2) from documents_letter where signature <> ''",
    "index": "select distinct 'index:' || substring(id_index from '^hs(\\d+)[.]') from identity_party where id_index <> ''",
}
"""Which versions of a purpose's key the database has been written with, each as `purpose:version`."""


class WrongKeys(Refusal):
    """The key ring is not the one with which this database was written."""

    code = "wrong_keys"


def demand() -> None:
    """Raise `WrongKeys` before anything is written with a ring that does not fit; a database that is away is no reason."""
    try:
        fault = next(quickly(), None)
    except DatabaseError:
        return
    except keyring.KeyRingError as broken:
        raise WrongKeys(str(broken), next_step=MEND) from None
    if fault is not None:
        log.critical("the key ring does not fit the database: %s", fault)
        raise WrongKeys(f"密钥与数据库不是一对：{fault}没有写入任何数据。", next_step=MEND)


def quickly() -> Iterator[str]:
    """What does not fit, from a look that costs a few milliseconds whatever the size of the database."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('matters_seal') is null or to_regclass('identity_party') is null")
        if cursor.fetchone()[0]:
            return
    number = next(field for field in encrypted_fields(Party) if field.name == "id_number")
    yield from _ends_of(Party, number)
    with connection.cursor() as cursor:
        cursor.execute("select id, head, signature from matters_seal order by id desc limit 1")
        row = cursor.fetchone()
    if row is None:
        return
    seal, head, signature = row
    try:
        good = keyring.check_signature(bytes(head), bytes(signature).decode(), purpose=SIGN_PURPOSE)
    except CryptoError:
        good = False
    if not good:
        yield f"账本第 {seal} 封的签名用现在的密钥验不过。"


def thoroughly() -> Iterator[str]:
    """What does not fit, from a look at every encrypted column and every key that was ever used."""
    yield from quickly()
    for model in apps.get_models():
        for field in encrypted_fields(model):
            if model is not Party or field.name != "id_number":
                yield from _ends_of(model, field)
    held = keyring.ring().fingerprints()
    for query in (*USES.values(), *_field_versions()):
        with connection.cursor() as cursor:
            cursor.execute(query)
            used = {row[0] for row in cursor.fetchall() if row[0]}
        for key in sorted(used - held.keys()):
            yield f"数据库里有用密钥 {key} 写的内容，密钥文件里没有这一把。"


def _ends_of(model: type[models.Model], field: EncryptedText) -> Iterator[str]:
    """The oldest and the newest value of a column, opened with the ring as it is."""
    quote = connection.ops.quote_name
    primary = model._meta.pk
    table, column = quote(model._meta.db_table), quote(field.column or field.name)
    key = quote((primary.column if primary else "") or "id")
    for order in ("asc", "desc"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"select {column} from {table} where {column} <> '' order by {key} {order} limit 1"  # noqa: S608 -- names are the model's own, quoted
            )
            row = cursor.fetchone()
        try:
            if row is not None:
                keyring.decrypt(row[0], bound_to=field.place)
        except CryptoError:
            yield f"“{model._meta.verbose_name}”的“{field.verbose_name}”用现在的密钥打不开。"
            return


def _field_versions() -> Iterator[str]:
    quote = connection.ops.quote_name
    for model in apps.get_models():
        for field in encrypted_fields(model):
            column = quote(field.column or field.name)
            yield (
                f"select distinct 'field:' || split_part({column}, ':', 2) from {quote(model._meta.db_table)} "  # noqa: S608 -- names are the model's own, quoted
                f"where {column} like 'sm4g:%'"
            )
