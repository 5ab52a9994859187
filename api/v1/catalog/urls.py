from django.urls import path

from . import views

urlpatterns = [
    path("catalog", views.Catalog.as_view(), name="catalog"),
    path("config", views.Config.as_view(), name="config"),
]
