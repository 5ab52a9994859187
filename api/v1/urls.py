"""Every area's routes: a folder of this package with a `urls` module is an area."""

from importlib.util import find_spec
from pkgutil import iter_modules

from django.urls import include, path

AREAS = sorted(area.name for area in iter_modules(__import__("api.v1", fromlist=["v1"]).__path__) if area.ispkg)

urlpatterns = [
    path("", include(f"api.v1.{area}.urls")) for area in AREAS if find_spec(f"api.v1.{area}.urls") is not None
]
