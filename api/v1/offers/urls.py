from django.urls import path

from . import views

urlpatterns = [
    path("offers", views.Offers.as_view(), name="offers"),
    path("offers/<uuid:offer_id>", views.Offer.as_view(), name="offer"),
    path("offers/<uuid:offer_id>/accept", views.Accept.as_view(), name="offer-accept"),
    path("offers/<uuid:offer_id>/decline", views.Decline.as_view(), name="offer-decline"),
]
