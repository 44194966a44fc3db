"""Model fields that encrypt at rest, and the columns by which such rows are found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from yimen.ground.kit import keyring

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class EncryptedText(_Text):
    """Text stored as SM4-GCM, plain in Python; "" and NULL are stored as they are.

    The cipher text is bound to its column (`app.model.field`), so a value copied to another column does not open;
    give `bound_to` when a released column is renamed. It cannot be searched or sorted: keep a column of
    `keyring.blind_index` beside it. Reading raises `CryptoError` when a value was changed or its key is missing.
    """

    def __init__(self, *args: Any, bound_to: str = "", **kwargs: Any) -> None:
        self.bound_to = bound_to
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """As Django's, with `bound_to` where it was given."""
        name, path, args, kwargs = super().deconstruct()
        if self.bound_to:
            kwargs["bound_to"] = self.bound_to
        return name, path, args, kwargs

    @property
    def place(self) -> str:
        """What the cipher text is bound to."""
        return self.bound_to or f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Close the text on its way into the database."""
        if isinstance(value, str):
            return keyring.encrypt(value, bound_to=self.place) if value else value
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> str | None:
        """Open the text on its way out."""
        return keyring.decrypt(value, bound_to=self.place) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull`: comparing cipher texts would find nothing, in silence."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.place} is encrypted and cannot be searched; use its blind index")
        return super().get_lookup(lookup_name)


def encrypted_fields(model: type[models.Model]) -> tuple[EncryptedText, ...]:
    """The encrypted columns of a model."""
    return tuple(field for field in model._meta.concrete_fields if isinstance(field, EncryptedText))


def reencrypt(model: type[models.Model], *, batch: int = 500) -> Iterator[int]:
    """Close every value of the model anew that is not of the newest field key; yields the rows done, batch by batch.

    Each batch is one short transaction; rows locked by somebody else are waited for. It may be stopped and started
    again at any time. Append-only tables cannot be changed: their values stay with their old key, which is kept.
    """
    for field in encrypted_fields(model):
        while done := _reencrypt_batch(model, field, batch):
            yield done


def _reencrypt_batch(model: type[models.Model], field: EncryptedText, batch: int) -> int:
    quote = connection.ops.quote_name
    primary = model._meta.pk
    assert primary is not None  # noqa: S101 -- every saved model has one
    table, column, key = quote(model._meta.db_table), quote(field.column or field.name), quote(primary.column or "id")
    newest = keyring.ring().current("field").version
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"select {key}, {column} from {table} where {column} <> '' and {column} not like %s "  # noqa: S608 -- names are the model's own, quoted
            f"order by {key} limit %s for update",
            [f"sm4g:{newest}:%", batch],
        )
        rows = cursor.fetchall()
        for row_key, value in rows:
            plain = keyring.decrypt(value, bound_to=field.place)
            cursor.execute(
                f"update {table} set {column} = %s where {key} = %s",  # noqa: S608 -- names are the model's own, quoted
                [keyring.encrypt(plain, bound_to=field.place), row_key],
            )
    return len(rows)
