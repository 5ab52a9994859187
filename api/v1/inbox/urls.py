from django.urls import path

from . import views

urlpatterns = [
    path("notifications", views.Notices.as_view(), name="notifications"),
    path("notifications/read", views.Read.as_view(), name="notifications-read"),
]
