from django.urls import path, register_converter

from . import views


class CodeConverter:
    regex = "[a-z0-9][a-z0-9_-]{0,39}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "code")

urlpatterns = [
    path("programmes", views.Programmes.as_view(), name="programmes"),
    path("programmes/<code:code>", views.Programme.as_view(), name="programme"),
    path("programmes/<code:code>/tariffs", views.Tariffs.as_view(), name="programme-tariffs"),
    path("programmes/<code:code>/tariff-changes", views.TariffChanges.as_view(), name="tariff-changes"),
    path("programmes/<code:code>/tariff-changes/<uuid:change_id>/approve", views.ApproveTariffChange.as_view(),
         name="tariff-change-approve"),
    path("programmes/<code:code>/tariff-changes/<uuid:change_id>/withdraw", views.WithdrawTariffChange.as_view(),
         name="tariff-change-withdraw"),
    path("programmes/<code:code>/indexes", views.Indexes.as_view(), name="programme-indexes"),
]
