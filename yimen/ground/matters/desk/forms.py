"""What every act of a matter asks."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms

from yimen.ground.kit import forms


class ActForm(forms.Form):
    """What every act carries: the version of the page."""

    seen = django_forms.IntegerField(widget=django_forms.HiddenInput, required=False)


class ReasonForm(ActForm):
    """An act with its words."""

    reason = forms.Paragraph(label="意见", rows=4, max_length=2000)

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label


class ReasonFileForm(ReasonForm):
    """An act with words and what proves them."""

    file = forms.Attachment(label="附件", required=False)
