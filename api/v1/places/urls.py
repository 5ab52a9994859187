from django.urls import path

from . import views

urlpatterns = [path("places/locate", views.Locate.as_view(), name="places-locate")]
