"""What may be told to this module."""

from __future__ import annotations

from yimen.service.scrutiny.services.appointing import (
    appoint_survey,
    cancel_survey,
    rearrange_survey,
    report_rectified,
    set_survey_terms,
)
from yimen.service.scrutiny.services.challenges import (
    FileUnderChallenge,
    NumberTaken,
    add_challenge_paper,
    annul_challenge,
    answer_challenge,
    comply,
    decide_challenge,
    move_on,
    register_challenge,
    under_challenge,
)
from yimen.service.scrutiny.services.concluding import begin_correction, conclude_survey, drop_correction
from yimen.service.scrutiny.services.filling import (
    add_photos,
    draft_of,
    remove_photo,
    save_survey_draft,
    sign_present,
    sign_survey,
)
from yimen.service.scrutiny.services.observing import attach_observer, end_observing, remark
from yimen.service.scrutiny.services.panels import (
    cancel_panel,
    conclude_panel,
    convene_panel,
    invite_more,
    postpone_panel,
    reply,
    say_opinion,
    set_panel_terms,
    sign_minutes,
)
from yimen.service.scrutiny.services.survey_forms import save_survey_form

__all__ = [
    "FileUnderChallenge",
    "NumberTaken",
    "add_challenge_paper",
    "add_photos",
    "annul_challenge",
    "answer_challenge",
    "appoint_survey",
    "attach_observer",
    "begin_correction",
    "cancel_panel",
    "cancel_survey",
    "comply",
    "conclude_panel",
    "conclude_survey",
    "convene_panel",
    "decide_challenge",
    "draft_of",
    "drop_correction",
    "end_observing",
    "invite_more",
    "move_on",
    "postpone_panel",
    "rearrange_survey",
    "register_challenge",
    "remark",
    "remove_photo",
    "reply",
    "report_rectified",
    "save_survey_draft",
    "save_survey_form",
    "say_opinion",
    "set_panel_terms",
    "set_survey_terms",
    "sign_minutes",
    "sign_present",
    "sign_survey",
    "under_challenge",
]
