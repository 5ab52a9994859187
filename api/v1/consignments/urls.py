from django.urls import path

from . import views

urlpatterns = [
    path("jobs/<uuid:job_id>/collect", views.Collect.as_view(), name="job-collect"),
    path("consignments", views.Consignments.as_view(), name="consignments"),
    path("consignments/<uuid:consignment_id>", views.Consignment.as_view(), name="consignment"),
    path("consignments/<uuid:consignment_id>/lineage", views.Lineage.as_view(), name="consignment-lineage"),
    path("consignments/<uuid:consignment_id>/store", views.Store.as_view(), name="consignment-store"),
    path("consignments/<uuid:consignment_id>/split", views.Split.as_view(), name="consignment-split"),
    path("consignments/<uuid:consignment_id>/weighing", views.Weighing.as_view(), name="consignment-weighing"),
    path("consignments/<uuid:consignment_id>/deliver", views.Deliver.as_view(), name="consignment-deliver"),
    path("consignments/<uuid:consignment_id>/receipt", views.Receipt.as_view(), name="consignment-receipt"),
]
