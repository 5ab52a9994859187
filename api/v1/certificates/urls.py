from django.urls import path

from . import views

urlpatterns = [
    path("certificates", views.Certificates.as_view(), name="certificates"),
    path("certificates/check", views.Check.as_view(), name="certificate-check"),
    path("certificates/<uuid:certificate_id>", views.Certificate.as_view(), name="certificate"),
    path("certificates/<uuid:certificate_id>/pdf", views.CertificatePdf.as_view(), name="certificate-pdf"),
    path("certificates/<uuid:certificate_id>/revoke", views.Revoke.as_view(), name="certificate-revoke"),
]
