"""Logs: one JSON object a line, with the request's id and without personal data.

A request's line says which *route* was asked for, never the address itself, because addresses carry codes. What a
library puts into a message is scrubbed: ID numbers, telephone numbers, mail addresses, and the DETAIL lines in which
PostgreSQL repeats the values of a row. Who did what is not here but in the audit.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any

import structlog
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:
    from yimen.house.config import Config

LONGEST_FILE_BYTES = 20_000_000
KEPT_FILES = 5
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
PERSONAL = (
    (re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"), "[证件号]"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "[手机号]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[邮箱]"),
    (re.compile(r"^DETAIL:.*$", re.MULTILINE), "DETAIL: [略]"),
)

access_log = logging.getLogger("yimen.request")


class RequestLog:
    """Writes one line for each request and counts it. Stands just inside the middleware that gives the request's id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        from yimen.house.health import REQUESTS, SECONDS

        began = time.perf_counter()
        response = self.get_response(request)
        taken = time.perf_counter() - began
        route = request.resolver_match.route if request.resolver_match else "-"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, str(response.status_code)).inc()
        SECONDS.observe(taken)
        facts = {"method": method, "route": route, "status": response.status_code, "ms": round(taken * 1000, 1)}
        access_log.info("request", extra=facts)
        return response


def configuration(config: Config) -> dict[str, Any]:
    """Django's LOGGING: JSON on standard error, or in YIMEN_LOG_FOLDER with warnings also on standard error."""
    handlers: dict[str, dict[str, Any]] = {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}}
    if config.log_folder:
        config.log_folder.mkdir(parents=True, exist_ok=True)
        handlers["stderr"]["level"] = "WARNING"
        handlers["file"] = {
            "class": "logging.handlers.RotatingFileHandler",
            "filename": str(config.log_folder / f"{os.environ.get('YIMEN_PART', 'command')}.log"),
            "maxBytes": LONGEST_FILE_BYTES,
            "backupCount": KEPT_FILES,
            "encoding": "utf-8",
            "delay": True,
            "formatter": "json",
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "yimen.house.logs.json_formatter"}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": "INFO" if config.log_level == "DEBUG" else config.log_level},
        "loggers": {
            "yimen": {"level": config.log_level},
            "django": {"level": "WARNING"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "procrastinate": {"level": "WARNING"},
        },
    }


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
