from django.urls import path

from . import views

urlpatterns = [path("devices/<uuid:installation_id>", views.Device.as_view(), name="device")]
