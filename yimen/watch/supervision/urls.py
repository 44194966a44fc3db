"""Addresses of 电子监察."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.watch.supervision.views import acts, alerts, board, cockpit, figures, places, results, rules, walls, windows

app_name = "supervision"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/watch/", board.board, name="board"),
    path("desk/watch/matters/", board.matters_behind, name="matters"),
    path("desk/watch/cockpit/", cockpit.cockpit, name="cockpit"),
    path("desk/alerts/", alerts.mine, name="mine"),
    path("desk/alerts/<str:code>/", alerts.page, name="alert"),
    path("desk/alerts/<str:code>/card/", alerts.card, name="card"),
    path("desk/alerts/<str:code>/<slug:action>/", acts.act, name="act"),
    path("manage/supervision/alerts/", alerts.listing, name="alerts"),
    path("manage/supervision/alerts/new/", alerts.raise_alert, name="raise"),
    path("manage/supervision/cards/", alerts.cards, name="cards"),
    path("manage/supervision/figures/", figures.figures, name="figures"),
    path("manage/supervision/scores/", figures.scores, name="scores"),
    path("manage/supervision/scores/windows/", windows.scores, name="window_scores"),
    path("manage/supervision/scores/windows/behind/", windows.behind, name="window_behind"),
    path("manage/supervision/results/", results.listing, name="results"),
    path("manage/supervision/results/new/", results.upload, name="results_new"),
    path("manage/supervision/results/one/", results.one, name="results_one"),
    path("manage/supervision/results/<uuid:uid>/", results.batch, name="results_batch"),
    path("manage/supervision/results/<uuid:uid>/enter/", results.enter, name="results_enter"),
    path("manage/supervision/results/<uuid:uid>/discard/", results.discard, name="results_discard"),
    path("manage/supervision/places/", places.figures, name="places"),
    path("manage/supervision/places/behind/", places.behind, name="places_behind"),
    path("manage/supervision/places/items/", places.set_item, name="set_item_places"),
    path("manage/supervision/rules/", rules.listing, name="rules"),
    path("manage/supervision/rules/new/", rules.kinds, name="kinds"),
    path("manage/supervision/rules/new/<slug:kind>/", rules.new, name="new_rule"),
    path("manage/supervision/rules/<slug:code>/", rules.rule, name="rule"),
    path("manage/supervision/rules/<slug:code>/edit/", rules.edit, name="edit_rule"),
    path("manage/supervision/terms/", rules.terms, name="terms"),
    path("desk/watch/walls/", walls.walls, name="walls"),
    path("desk/watch/walls/<uuid:uid>/end/", walls.end_wall, name="end_wall"),
    path("wall/", walls.wall, name="wall"),
    path("wall/ticket/", walls.wall_ticket, name="wall_ticket"),
]
