from django.urls import path

import api.v1.programmes.urls  # noqa: F401  (knows how a programme's code stands in a path)

from . import views

urlpatterns = [
    path("programmes/<code:code>/inspection-draws", views.Draws.as_view(), name="inspection-draws"),
    path("inspection-draws/<uuid:draw_id>", views.Draw.as_view(), name="inspection-draw"),
    path("inspections", views.Inspections.as_view(), name="inspections"),
    path("inspections/<uuid:inspection_id>", views.Inspection.as_view(), name="inspection"),
    path("inspections/<uuid:inspection_id>/record", views.Record.as_view(), name="inspection-record"),
]
