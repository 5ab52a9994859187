from django.urls import path

from . import views

urlpatterns = [path("ops", views.Operations.as_view(), name="ops")]
