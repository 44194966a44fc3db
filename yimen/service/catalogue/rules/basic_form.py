"""The form of an item for which nobody has drawn up one of its own: what is asked for.

Who to call and where to send the result is asked by the step of every application that is about it.
"""

from __future__ import annotations

from typing import Any

BASIC_FORM: dict[str, Any] = {
    "title": "申请表",
    "sections": [
        {
            "key": "request",
            "title": "您要办什么",
            "fields": [
                {
                    "key": "request",
                    "kind": "long_text",
                    "label": "申请内容",
                    "help": "写明要办的事和理由，一两句话即可。",
                    "required": True,
                    "longest": 2000,
                },
            ],
        },
    ],
}
