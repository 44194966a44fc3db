"""The database backend: `ENGINE = "yimen.ground.kit.postgresql"`."""

from __future__ import annotations

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base

QUIET_FOR = 30.0
"""Seconds after which a connection is asked over the wire again: only that finds a network that has silently gone."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks a kept connection `SELECT 1` only when it was long unused or its socket has something to say.

    A server that stops or restarts says so on the socket, so at each request a look at the socket is enough and saves a
    round trip.
    """

    _asked_at = 0.0

    def get_new_connection(self, conn_params):  # type: ignore[no-untyped-def]  # as Django's
        """A connection that was just made has been asked."""
        connection = super().get_new_connection(conn_params)
        self._asked_at = time.monotonic()
        return connection

    def is_usable(self) -> bool:
        """Does the connection still stand?"""
        moment = time.monotonic()
        if self.connection is not None and not self.errors_occurred and moment - self._asked_at < QUIET_FOR:
            self._asked_at = moment
            if _silent(self.connection):
                return True
        self._asked_at = moment
        return bool(super().is_usable())


def _silent(connection: psycopg.Connection[Any]) -> bool:
    """At rest and nothing to be read: neither a farewell of the server nor the end of the line."""
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        return False  # closed, or in a transaction, which may have failed
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLPRI | select.POLLRDHUP)
    return not poll.poll(0)
