from django.urls import path

from . import views

urlpatterns = [
    path("weighings/import", views.Weighings.as_view(), name="weighings-import"),
    path("programmes/<code:code>/contracts/import", views.Contracts.as_view(), name="contracts-import"),
    path("programmes/<code:code>/tariff-changes/import", views.Tariffs.as_view(), name="tariffs-import"),
]
