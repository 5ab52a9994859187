from django.urls import path

from . import views

urlpatterns = [
    path("dispatch/reoptimise", views.Reoptimise.as_view(), name="dispatch-reoptimise"),
]
