from django.urls import path

from . import views

urlpatterns = [
    path("batches", views.Batches.as_view(), name="batches"),
    path("batches/<uuid:batch_id>", views.Batch.as_view(), name="batch"),
    path("sales", views.Sales.as_view(), name="sales"),
    path("facilities/<uuid:facility_id>/balance", views.Balance.as_view(), name="facility-balance"),
]
