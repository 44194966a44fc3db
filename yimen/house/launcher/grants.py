"""What the runtime role may do: everything with data, but never rewrite ledger, audit or seals.

Run after each migrate, as the owner. A model says `append_only = True` on its class, and the role then has no UPDATE,
no DELETE and no TRUNCATE there, beside the triggers that forbid it to everybody. Where it says `only_by_function = True`,
the role has no INSERT either: rows come from functions of the owner alone.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from yimen.house.launcher.cluster import APP


def append_only_tables() -> list[str]:
    """The tables of all models that declare `append_only = True`, sorted."""
    return _declaring("append_only")


def tables_only_by_function() -> list[str]:
    """The tables of all models that declare `only_by_function = True`, sorted."""
    return _declaring("only_by_function")


def _declaring(what: str) -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted(model._meta.db_table for model in models if getattr(model, what, False) is True)


def role_of(url: str) -> str:
    """The role that a libpq URL signs in as; `yimen_app` where it names none."""
    return unquote(urlsplit(url).username or "") or APP


def grant_runtime_role(role: str = APP) -> bool:
    """Give `role` its rights in the connected database, and take away what it should not have.

    Returns False, and changes nothing, where there is no such role or it owns the tables itself (one role for all).
    Can be run again at any time.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select current_user = %s, exists (select 1 from pg_roles where rolname = %s)", [role, role])
        same, known = cursor.fetchone()
        if same or not known:
            return False
        name = sql.Identifier(role)
        for statement in (
            "revoke create on schema public from public",
            "grant usage on schema public to {role}",
            "grant select, insert, update, delete on all tables in schema public to {role}",
            "revoke truncate, references, trigger on all tables in schema public from {role}",
            "grant usage, select on all sequences in schema public to {role}",
            "grant execute on all functions in schema public to {role}",
            "revoke insert, update, delete on table django_migrations from {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name))
        existing = set(connection.introspection.table_names(cursor))
        for table in existing.intersection(append_only_tables()):
            cursor.execute(
                sql.SQL("revoke update, delete, truncate on table {table} from {role}").format(
                    table=sql.Identifier(table), role=name
                )
            )
        for table in existing.intersection(tables_only_by_function()):
            cursor.execute(
                sql.SQL("revoke insert on table {table} from {role}").format(table=sql.Identifier(table), role=name)
            )
    return True


def owns_tables(role: str) -> bool:
    """Whether this role owns any of our tables, or is a superuser: then no grant holds it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select exists (select 1 from pg_tables where schemaname = 'public' and tableowner = %s)
                   or exists (select 1 from pg_roles where rolname = %s and rolsuper)""",
            [role, role],
        )
        return bool(cursor.fetchone()[0])


def tables_it_could_rewrite(role: str) -> list[str]:
    """The append-only tables that this role could change all the same: a fault that `doctor` reports."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select relname from pg_class join pg_namespace n on n.oid = relnamespace
               where n.nspname = 'public' and relname = any(%s)
                 and (has_table_privilege(%s, pg_class.oid, 'UPDATE') or has_table_privilege(%s, pg_class.oid, 'DELETE')
                      or has_table_privilege(%s, pg_class.oid, 'TRUNCATE'))
               order by 1""",
            [append_only_tables(), role, role, role],
        )
        return [name for (name,) in cursor.fetchall()]
