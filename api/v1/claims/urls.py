from django.urls import path

from . import views

urlpatterns = [
    path("payment-rules", views.PaymentRules.as_view(), name="payment-rules"),
    path("claims", views.Claims.as_view(), name="claims"),
    path("claims/declaration", views.Declaration.as_view(), name="claim-declaration"),
    path("claims/<uuid:claim_id>", views.Claim.as_view(), name="claim"),
    path("claims/<uuid:claim_id>/lines", views.Lines.as_view(), name="claim-lines"),
    path("claims/<uuid:claim_id>/act.pdf", views.Act.as_view(), name="claim-act"),
    path("claims/<uuid:claim_id>/submit", views.Submit.as_view(), name="claim-submit"),
    path("claims/<uuid:claim_id>/verify", views.Verify.as_view(), name="claim-verify"),
    path("claims/<uuid:claim_id>/return", views.Return.as_view(), name="claim-return"),
    path("claims/<uuid:claim_id>/approve", views.Approve.as_view(), name="claim-approve"),
    path("claims/<uuid:claim_id>/reject", views.Reject.as_view(), name="claim-reject"),
]
