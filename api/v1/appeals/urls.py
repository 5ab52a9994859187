from django.urls import path

from . import views

urlpatterns = [
    path("claims/<uuid:claim_id>/appeal", views.File.as_view(), name="claim-appeal"),
    path("appeals", views.Appeals.as_view(), name="appeals"),
    path("appeals/<uuid:appeal_id>", views.Appeal.as_view(), name="appeal"),
    path("appeals/<uuid:appeal_id>/decide", views.Decide.as_view(), name="appeal-decide"),
]
