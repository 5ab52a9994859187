from django.urls import path

from . import views

urlpatterns = [
    path("webhooks", views.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<uuid:webhook_id>", views.Webhook.as_view(), name="webhook"),
    path("webhooks/<uuid:webhook_id>/secret", views.Secret.as_view(), name="webhook-secret"),
    path("webhooks/<uuid:webhook_id>/rotate-secret", views.Rotate.as_view(), name="webhook-rotate-secret"),
    path("webhooks/<uuid:webhook_id>/test", views.Test.as_view(), name="webhook-test"),
    path("webhooks/<uuid:webhook_id>/deliveries", views.Deliveries.as_view(), name="webhook-deliveries"),
    path("webhooks/<uuid:webhook_id>/replay", views.Replay.as_view(), name="webhook-replay"),
]
