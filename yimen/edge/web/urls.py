"""Addresses of the site's own pages: home pages, the elder switch, the gallery of components."""

from __future__ import annotations

from django.urls import path

from yimen.edge.web import portal, views

app_name = "web"
urlpatterns = [
    path("", portal.home, name="home"),
    path("elder/", views.elder, name="elder"),
    path("help/accessibility/", views.accessibility, name="accessibility"),
    path("offline/", views.offline, name="offline"),
    path("desk/", views.desk_home, name="desk_home"),
    path("manage/", views.manage_home, name="manage_home"),
    path("manage/look/", views.look, name="look"),
]
