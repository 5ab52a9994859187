from django.urls import path

from . import views

urlpatterns = [path("registrar/records", views.Records.as_view(), name="registrar-records")]
