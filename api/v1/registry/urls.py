from django.urls import path

from . import views

urlpatterns = [
    path("sites", views.Sites.as_view(), name="sites"),
    path("sites/<uuid:pk>", views.Site.as_view(), name="site"),
    path("bases", views.Bases.as_view(), name="bases"),
    path("bases/<uuid:pk>", views.Base.as_view(), name="base"),
    path("facilities", views.Facilities.as_view(), name="facilities"),
    path("facilities/<uuid:pk>", views.Facility.as_view(), name="facility"),
    path("vehicles", views.Vehicles.as_view(), name="vehicles"),
    path("vehicles/<uuid:pk>", views.Vehicle.as_view(), name="vehicle"),
    path("scales", views.Scales.as_view(), name="scales"),
    path("scales/<uuid:pk>", views.Scale.as_view(), name="scale"),
]
