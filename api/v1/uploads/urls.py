from django.urls import path

from . import views

urlpatterns = [
    path("uploads", views.Uploads.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>", views.Upload.as_view(), name="upload"),
    path("uploads/<uuid:upload_id>/content", views.Content.as_view(), name="upload-content"),
    path("uploads/<uuid:upload_id>/picture", views.Picture.as_view(), name="upload-picture"),
]
