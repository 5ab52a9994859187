from django.urls import path

from . import views

urlpatterns = [
    path("consignments/<uuid:consignment_id>/receipt/correction", views.Proposing.as_view(), name="consignment-correction"),
    path("corrections", views.Corrections.as_view(), name="corrections"),
    path("corrections/<uuid:proposal_id>", views.Correction.as_view(), name="correction"),
    path("corrections/<uuid:proposal_id>/consent", views.Consent.as_view(), name="correction-consent"),
    path("corrections/<uuid:proposal_id>/decline", views.Decline.as_view(), name="correction-decline"),
    path("corrections/<uuid:proposal_id>/withdraw", views.Withdraw.as_view(), name="correction-withdraw"),
]
