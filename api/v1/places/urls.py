from django.urls import path

from . import views

urlpatterns = [
    path("places/locate", views.Locate.as_view(), name="places-locate"),
    path("places/geocode", views.Geocode.as_view(), name="places-geocode"),
    path("places/reverse", views.Reverse.as_view(), name="places-reverse"),
]
