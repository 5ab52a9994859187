from django.urls import path

from . import views

urlpatterns = [
    path("keys", views.Keys.as_view(), name="keys"),
    path("keys/<uuid:key_id>", views.Key.as_view(), name="key"),
]
