from django.urls import path

from . import views

urlpatterns = [
    path("ledger", views.Ledger.as_view(), name="ledger"),
    path("ledger/accounts", views.Accounts.as_view(), name="ledger-accounts"),
    path("contracts/<uuid:contract_id>/statement", views.Statement.as_view(), name="contract-statement"),
    path("contracts/<uuid:contract_id>/forecast", views.Forecast.as_view(), name="contract-forecast"),
    path("contracts/<uuid:contract_id>/statements", views.Statements.as_view(), name="contract-statements"),
]
