from django.urls import path

from . import views

urlpatterns = [
    path("tariffs/simulate", views.Simulate.as_view(), name="tariffs-simulate"),
]
