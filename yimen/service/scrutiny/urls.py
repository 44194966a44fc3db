"""Addresses: surveys, joint reviews, legal challenges."""

from __future__ import annotations

from django.urls import URLPattern, path

from yimen.service.scrutiny.views import challenges, filling, observing, panels, public, survey_forms, surveys

app_name = "scrutiny"
urlpatterns: list[URLPattern] = [
    path("desk/challenges/", challenges.listed, name="challenges"),
    path("desk/challenges/<str:code>/", challenges.page, name="challenge"),
    path("desk/challenges/<str:code>/papers/<uuid:uid>/", challenges.paper, name="challenge_paper"),
    path("desk/challenges/<str:code>/<slug:action>/", challenges.act, name="challenge_act"),
    path("desk/cases/<str:code>/challenges/new/", challenges.new, name="challenge_new"),
    path("desk/surveys/", surveys.listed, name="surveys"),
    path("desk/surveys/<str:code>/", surveys.page, name="survey"),
    path("desk/surveys/<str:code>/fill/", filling.fill, name="survey_fill"),
    path("desk/surveys/<str:code>/photos/", filling.photos, name="survey_photos"),
    path("desk/surveys/<str:code>/photos/<uuid:uid>/remove/", filling.remove, name="survey_photo_remove"),
    path("desk/surveys/<str:code>/sign/", filling.sign, name="survey_sign"),
    path("desk/surveys/<str:code>/sign/<str:who>/", filling.sign_as, name="survey_sign_as"),
    path("desk/surveys/<str:code>/conclude/", filling.conclude, name="survey_conclude"),
    path("desk/surveys/<str:code>/files/<uuid:uid>/", surveys.file, name="survey_file"),
    path("desk/surveys/<str:code>/<slug:action>/", surveys.act, name="survey_act"),
    path("desk/cases/<str:code>/surveys/new/", surveys.new, name="survey_new"),
    path("desk/panels/", panels.listed, name="panels"),
    path("desk/panels/new/", panels.new, name="panel_new"),
    path("desk/panels/<str:code>/", panels.page, name="panel"),
    path("desk/panels/<str:code>/print/", panels.printed, name="panel_print"),
    path("desk/panels/<str:code>/minutes/", panels.minutes, name="panel_minutes"),
    path("desk/panels/<str:code>/papers/<uuid:uid>/", panels.paper, name="panel_paper"),
    path("desk/panels/<str:code>/seats/<int:pk>/<slug:action>/", panels.seat, name="panel_seat"),
    path("desk/panels/<str:code>/<slug:action>/", panels.act, name="panel_act"),
    path("desk/observers/", observing.listed, name="observers"),
    path("desk/observers/<uuid:uid>/<slug:action>/", observing.act, name="observer_act"),
    path("desk/cases/<str:code>/observers/new/", observing.new, name="observer_new"),
    path("manage/panel-terms/", panels.terms, name="panel_terms"),
    path("manage/survey-forms/", survey_forms.listed, name="survey_forms"),
    path("manage/survey-forms/terms/", survey_forms.terms, name="survey_terms"),
    path("manage/survey-forms/<str:code>/", survey_forms.edit, name="survey_form"),
    path("my/matters/<str:code>/surveys/<str:survey>/", public.survey, name="mine_survey"),
    path("my/matters/<str:code>/surveys/<str:survey>/rectified/", public.rectified, name="mine_survey_rectified"),
    path("my/surveys/<str:survey>/files/<uuid:uid>/", public.file, name="mine_survey_file"),
]
