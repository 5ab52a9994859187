from django.urls import path

from . import docs, health, metrics

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/docs", docs.docs, name="docs"),
    path("api/v1/openapi.json", docs.openapi, name="openapi"),
]
