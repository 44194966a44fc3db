"""Addresses of 演练."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.watch.drills import views

app_name = "drills"
urlpatterns: list[URLPattern | URLResolver] = [
    path("manage/drills/", views.drills, name="drills"),
    path("manage/drills/new/", views.new, name="new"),
    path("manage/drills/compare/", views.compare, name="compare"),
    path("manage/drills/<uuid:uid>/", views.drill, name="drill"),
    path("manage/drills/<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("manage/drills/<uuid:uid>/remove/", views.remove, name="remove"),
    path("manage/drills/<uuid:uid>/<str:slug>/", views.part, name="part"),
]
