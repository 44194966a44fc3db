"""Logs: one JSON object a line, with the request's id and without personal data.

Each line that belongs to a request bears its id. What a library puts into a message is scrubbed: ID numbers, telephone
numbers, mail addresses, and the DETAIL lines in which PostgreSQL repeats the values of a row. Who did what is not here
but in the audit.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from yimen.house.config import Config

LONGEST_FILE_BYTES = 20_000_000
KEPT_FILES = 5
PERSONAL = (
    (re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"), "[证件号]"),
    (re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])"), "[手机号]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[邮箱]"),
    (re.compile(r"^DETAIL:.*$", re.MULTILINE), "DETAIL: [略]"),
)


def configuration(config: Config) -> dict[str, Any]:
    """Django's LOGGING: JSON on standard error, or in YIMEN_LOG_FOLDER with warnings also on standard error."""
    handlers: dict[str, dict[str, Any]] = {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}}
    part = os.environ.get("YIMEN_PART", "")
    if not part:
        handlers["stderr"]["level"] = "WARNING"  # a person at a command wants the answer, not the log
    if config.log_folder:
        config.log_folder.mkdir(parents=True, exist_ok=True)
        handlers["stderr"]["level"] = "WARNING"
        handlers["file"] = {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": str(config.log_folder / f"{part or 'command'}.log"),
            "encoding": "utf-8",
            "delay": True,
            "formatter": "json",
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "yimen.house.logs.json_formatter"}},
        "filters": {"routes": {"()": "yimen.house.logs.RoutesOnly"}},
        "handlers": {name: {**handler, "filters": ["routes"]} for name, handler in handlers.items()},
        "root": {"handlers": list(handlers), "level": "INFO" if config.log_level == "DEBUG" else config.log_level},
        "loggers": {
            "yimen": {"level": config.log_level},
            "django": {"level": "WARNING"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "procrastinate": {"level": "WARNING"},
            "pikepdf": {"level": "WARNING"},
        },
    }


class RoutesOnly(logging.Filter):
    """Django's own lines about a request name its address, which may hold a person's number; they keep the route alone.

    Those about a refusal go, since our line of the request says as much; those about a database that is away keep no
    trace, since every request says the same while it lasts.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request, status = getattr(record, "request", None), getattr(record, "status_code", None)
        path = getattr(request, "path", None)
        if request is None or status is None or path is None:
            return True
        if record.name == "django.request" and status < 500:
            return False
        match = getattr(request, "resolver_match", None)
        route = match.route if match else "-"
        if isinstance(record.args, tuple):
            record.args = tuple(route if arg == path else arg for arg in record.args)
        if status == 503:
            record.exc_info = record.exc_text = None
        record.request_id = getattr(request, "request_id", "")
        return True


def rotate(folder: Path) -> None:
    """Put aside what has grown too long. Several processes write each file, so one that writes none of them does it."""
    for log in folder.glob("*.log"):
        if log.stat().st_size < LONGEST_FILE_BYTES:
            continue
        for number in range(KEPT_FILES - 1, 0, -1):
            older = log.with_name(f"{log.name}.{number}")
            if older.exists():
                older.replace(log.with_name(f"{log.name}.{number + 1}"))
        log.replace(log.with_name(f"{log.name}.1"))


def json_formatter() -> structlog.stdlib.ProcessorFormatter:
    """Every record of the standard library's loggers, as one JSON line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _with_request_id,
            structlog.processors.format_exc_info,
            _without_personal_data,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )


def scrubbed(text: str) -> str:
    """The text without what could be an ID number, a telephone number, a mail address or a row's values."""
    for pattern, instead in PERSONAL:
        text = pattern.sub(instead, text)
    return text


def _with_request_id(logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    audit = sys.modules.get("yimen.ground.kit.audit")  # absent while Django is still loading
    if audit is not None and (request_id := audit.current().request_id):
        event["request_id"] = request_id
    event.pop("request", None)  # Django hands the whole request to its loggers
    return event


def _without_personal_data(logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: scrubbed(value) if isinstance(value, str) else value for key, value in event.items()}
