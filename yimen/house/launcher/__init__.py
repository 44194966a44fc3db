"""The embedded PostgreSQL: found, made, started, shared and stopped by Yimen itself.

Good for trial, tests and one small centre. Read `serving.py` first; it is the whole of what others use.
Neither Django nor the settings are imported here, so that a command can start a server before both.
"""

from yimen.house.launcher.binaries import client_tool
from yimen.house.launcher.refusals import LauncherRefusal
from yimen.house.launcher.serving import (
    Database,
    discard_embedded,
    embedded_state,
    serve_database,
    serve_embedded,
    throw_away,
)

__all__ = [
    "Database",
    "LauncherRefusal",
    "client_tool",
    "discard_embedded",
    "embedded_state",
    "serve_database",
    "serve_embedded",
    "throw_away",
]
