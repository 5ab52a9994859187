from django.urls import path

from . import views

urlpatterns = [
    path("applications", views.Applications.as_view(), name="applications"),
    path("applications/funnel", views.Funnel.as_view(), name="applications-funnel"),
    path("applications/<uuid:application_id>", views.Application.as_view(), name="application"),
    path("applications/<uuid:application_id>/verify", views.Verify.as_view(), name="application-verify"),
    path("applications/<uuid:application_id>/approve", views.Approve.as_view(), name="application-approve"),
    path("applications/<uuid:application_id>/sign", views.Sign.as_view(), name="application-sign"),
    path("applications/<uuid:application_id>/refuse", views.Refuse.as_view(), name="application-refuse"),
    path("applications/<uuid:application_id>/withdraw", views.Withdraw.as_view(), name="application-withdraw"),
]
