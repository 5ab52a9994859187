from django.urls import path

from . import docs, health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("api/docs", docs.docs, name="docs"),
    path("api/v1/openapi.json", docs.openapi, name="openapi"),
]
