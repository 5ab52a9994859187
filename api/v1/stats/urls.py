from django.urls import path

from . import views

urlpatterns = [
    path("stats/summary", views.Summary.as_view(), name="stats-summary"),
    path("stats/series", views.Series.as_view(), name="stats-series"),
    path("stats/detail", views.Detail.as_view(), name="stats-detail"),
    path("stats/published", views.PublishedFigures.as_view(), name="stats-published"),
]
