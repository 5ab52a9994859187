from django.urls import path

from . import views

urlpatterns = [
    path("registers", views.Registers.as_view(), name="registers"),
    path("registers/<uuid:register_id>", views.Register.as_view(), name="register"),
    path("registers/<uuid:register_id>/file", views.File.as_view(), name="register-file"),
    path("registers/<uuid:register_id>/bank-file", views.BankFile.as_view(), name="register-bank-file"),
    path("registers/<uuid:register_id>/approve", views.Approve.as_view(), name="register-approve"),
    path("registers/<uuid:register_id>/results", views.Results.as_view(), name="register-results"),
]
