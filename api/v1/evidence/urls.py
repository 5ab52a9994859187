from django.urls import path

from . import views

urlpatterns = [
    path("organisations/<uuid:organisation_id>/dossier", views.Dossier.as_view(), name="organisation-dossier"),
    path("organisations/<uuid:organisation_id>/dossier.pdf", views.DossierPaper.as_view(), name="organisation-dossier-pdf"),
    path("pickups/<uuid:pickup_id>/evidence", views.PickupEvidence.as_view(), name="pickup-evidence"),
    path("consignments/<uuid:consignment_id>/evidence", views.ConsignmentEvidence.as_view(), name="consignment-evidence"),
]
