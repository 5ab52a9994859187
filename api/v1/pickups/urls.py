from django.urls import path

from . import views

urlpatterns = [
    path("pickups", views.Pickups.as_view(), name="pickups"),
    path("pickups/check", views.Check.as_view(), name="pickup-check"),
    path("pickups/dry-run", views.DryRun.as_view(), name="pickup-dry-run"),
    path("pickups/unserved", views.Unserved.as_view(), name="pickups-unserved"),
    path("pickups/unserved/by-district", views.UnservedByDistrict.as_view(), name="pickups-unserved-by-district"),
    path("pickups/<uuid:pickup_id>", views.Pickup.as_view(), name="pickup"),
    path("pickups/<uuid:pickup_id>/cancel", views.Cancel.as_view(), name="pickup-cancel"),
    path("pickups/<uuid:pickup_id>/missed", views.Missed.as_view(), name="pickup-missed"),
    path("pickups/<uuid:pickup_id>/assign", views.Assign.as_view(), name="pickup-assign"),
    path("pickups/<uuid:pickup_id>/dispatch-explanation", views.Explanation.as_view(), name="pickup-explanation"),
]
