from django.urls import path

from . import views

urlpatterns = [path("generators", views.Generators.as_view(), name="generators")]
