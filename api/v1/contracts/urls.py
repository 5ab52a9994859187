from django.urls import path

from . import views

urlpatterns = [
    path("contractors", views.Contractors.as_view(), name="contractors"),
    path("contracts", views.Contracts.as_view(), name="contracts"),
    path("contracts/<uuid:contract_id>", views.Contract.as_view(), name="contract"),
    path("contracts/<uuid:contract_id>/approve", views.Approve.as_view(), name="contract-approve"),
    path("contracts/<uuid:contract_id>/suspend", views.Suspend.as_view(), name="contract-suspend"),
    path("contracts/<uuid:contract_id>/resume", views.Resume.as_view(), name="contract-resume"),
    path("contracts/<uuid:contract_id>/close", views.Close.as_view(), name="contract-close"),
]
