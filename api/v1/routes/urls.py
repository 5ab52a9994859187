from django.urls import path

from . import views

urlpatterns = [
    path("routes", views.Routes.as_view(), name="routes"),
    path("routes/plan", views.Planning.as_view(), name="routes-plan"),
    path("routes/today", views.Today.as_view(), name="routes-today"),
    path("routes/plans/<uuid:plan_id>", views.Plan.as_view(), name="plan"),
    path("routes/<uuid:route_id>", views.Route.as_view(), name="route"),
    path("routes/<uuid:route_id>/gpx", views.Gpx.as_view(), name="route-gpx"),
    path("routes/<uuid:route_id>/geojson", views.GeoJson.as_view(), name="route-geojson"),
]
