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
    path("programmes/<code:code>/indexes", views.Indexes.as_view(), name="programme-indexes"),
]
