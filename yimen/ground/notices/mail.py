"""The way out: one e-mail over SMTP, by `YIMEN_EMAIL_URL`.

smtp://user:password@mail.example.cn:587?tls=starttls      smtps://user:password@mail.example.cn:465
smtp://127.0.0.1:25                                        (empty: no e-mail is sent)
"""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from yimen.ground.kit.masking import mask_email

SECONDS = 20
_PERMANENT = range(500, 600)


class MailRefusedError(Exception):
    """The server will never take this message for this address; the text says what it answered."""


class MailDelayedError(Exception):
    """The server does not take this message for this address now; it may later."""


class MailSettingError(ValueError):
    """`YIMEN_EMAIL_URL` is no address of a mail server."""


def is_on() -> bool:
    """Whether this installation sends e-mail."""
    return bool(settings.EMAIL_URL)


def send(*, to: str, subject: str, body: str, message_id: str) -> None:
    """Send one message; raises `MailRefusedError` when trying again would not help; `MailDelayedError`,
    OSError or SMTPException when it may. The same `message_id` at every try lets the receiving side drop a second copy."""
    message = EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={"Message-ID": f"<{message_id}>", "Auto-Submitted": "auto-generated"},
        connection=EmailBackend(**options(settings.EMAIL_URL)),
    )
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        code, answer = next(iter(refused.recipients.values()), (451, b""))
        if code in _PERMANENT:
            raise MailRefusedError(_said(code, answer, to)) from None
        raise MailDelayedError(_said(code, answer, to)) from None
    except SMTPSenderRefused:
        raise
    except SMTPResponseException as refused:
        # A wrong password or a full disk is the installation's trouble, which somebody will mend: only what the
        # server says of this very message (552 too large, 554 rejected …) is final.
        if refused.smtp_code in (552, 553, 554):
            raise MailRefusedError(_said(refused.smtp_code, refused.smtp_error, to)) from None
        raise


def options(url: str) -> dict[str, Any]:
    """Django's options of an SMTP connection; raises `MailSettingError`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise MailSettingError("邮件服务器地址写法不对。") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise MailSettingError("邮件服务器地址应形如 smtp://用户:密码@主机:587?tls=starttls 或 smtps://…。")
    starttls = parse_qs(parts.query).get("tls") == ["starttls"]
    ssl = parts.scheme == "smtps"
    return {
        "host": parts.hostname,
        "port": port or (465 if ssl else 587 if starttls else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": ssl,
        "use_tls": starttls and not ssl,
        "timeout": SECONDS,
        "fail_silently": False,
    }


def _said(code: int, answer: bytes | str, to: str) -> str:
    """What the server answered, without the address it may repeat."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    text = text.replace(to, mask_email(to))
    return f"邮件服务器拒收({code})：{' '.join(text.split())}"[:300]
