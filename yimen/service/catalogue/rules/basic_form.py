"""The form of an item for which nobody has drawn up one of its own: who to call, and what is asked for."""

from __future__ import annotations

from typing import Any

BASIC_FORM: dict[str, Any] = {
    "title": "申请表",
    "sections": [
        {
            "key": "contact",
            "title": "怎么联系您",
            "fields": [
                {
                    "key": "contact_name",
                    "kind": "text",
                    "label": "联系人",
                    "required": True,
                    "longest": 60,
                    "prefill": "name",
                },
                {
                    "key": "contact_phone",
                    "kind": "phone",
                    "label": "联系电话",
                    "help": "办到哪一步、要补什么，会用它告诉您。",
                    "required": True,
                    "prefill": "phone",
                },
                {"key": "contact_address", "kind": "address", "label": "联系地址", "prefill": "address"},
            ],
        },
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
