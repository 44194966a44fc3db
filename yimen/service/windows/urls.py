"""Addresses of the window's own work."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.ground.matters.desk.page import paths
from yimen.service.windows.views import contacts, figures, kinds, papers, public, pulls

app_name = "windows"

_public: list[URLPattern | URLResolver] = [
    path("hall/find/", public.find, name="find"),
    path("first-asks/track/", public.track, name="track"),
    path("first-asks/track/<str:token>/", public.tracked, name="tracked"),
]

_desk: list[URLPattern | URLResolver] = [
    path("desk/pulls/", pulls.pulls, name="pulls"),
    path("desk/pulls/new/", pulls.new_pull, name="new_pull"),
    *paths(pulls.KIND, "desk/pulls/"),
    path("desk/first-asks/", contacts.first_asks, name="first_asks"),
    path("desk/first-asks/new/", contacts.record, name="record"),
    path("desk/first-asks/recorded/<str:token>/", contacts.recorded, name="recorded"),
    path("desk/first-asks/<str:code>/case/", contacts.link_case, name="link_case"),
    *paths(contacts.KIND, "desk/first-asks/"),
    path("desk/window-papers/", papers.papers, name="papers"),
    path("desk/window-papers/new/", papers.new_paper, name="new_paper"),
    path("desk/window-papers/<uuid:uid>/", papers.paper, name="paper"),
    path("desk/window-papers/<uuid:uid>/print/", papers.paper_print, name="paper_print"),
    path("desk/window-papers/<uuid:uid>/file/", papers.paper_file, name="paper_file"),
    path("desk/window-papers/<uuid:uid>/change/", papers.change_paper, name="change_paper"),
    path("desk/window-papers/<uuid:uid>/<slug:action>/", papers.paper_act, name="paper_act"),
    path("desk/contingencies/", papers.contingencies, name="contingencies"),
    path("desk/contingencies/start/", papers.start, name="start"),
    path("desk/contingencies/<uuid:uid>/end/", papers.end, name="end"),
]

_manage: list[URLPattern | URLResolver] = [
    path("manage/window-services/", kinds.kinds, name="kinds"),
    path("manage/window-services/settings/", kinds.settings, name="settings"),
    path("manage/window-services/<int:window_id>/", kinds.set_kind, name="kind"),
    path("manage/window-papers/", papers.paper_gaps, name="paper_gaps"),
    path("manage/window-figures/", figures.figures, name="figures"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_public, *_desk, *_manage]
