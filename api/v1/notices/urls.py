from django.urls import path

from . import views

urlpatterns = [
    path("notifications/settings", views.Settings.as_view(), name="notification-settings"),
    path("notifications/delivered", views.Delivered.as_view(), name="notifications-delivered"),
    path("notifications/statistics", views.Statistics.as_view(), name="notification-statistics"),
    path("quiet-hours", views.QuietHours.as_view(), name="quiet-hours"),
    path("announcements", views.Announcements.as_view(), name="announcements"),
    path("announcements/<uuid:announcement_id>/end", views.End.as_view(), name="announcement-end"),
]
