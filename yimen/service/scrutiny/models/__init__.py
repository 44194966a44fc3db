"""What stands beside the matters of this module: surveys, joint reviews, observers, legal challenges."""

from __future__ import annotations

from yimen.service.scrutiny.models.challenges import Challenge, ChallengePaper
from yimen.service.scrutiny.models.panels import Observer, ObserverRemark, Panel, PanelTerms, Seat
from yimen.service.scrutiny.models.surveys import (
    CertificateHeld,
    Survey,
    SurveyForm,
    Surveyor,
    SurveyPhoto,
    SurveyRecord,
    SurveySignature,
    SurveyTerms,
)

__all__ = [
    "CertificateHeld",
    "Challenge",
    "ChallengePaper",
    "Observer",
    "ObserverRemark",
    "Panel",
    "PanelTerms",
    "Seat",
    "Survey",
    "SurveyForm",
    "SurveyPhoto",
    "SurveyRecord",
    "SurveySignature",
    "SurveyTerms",
    "Surveyor",
]
