from django.urls import path

from . import dispatching, overview, sign_in, tiles

urlpatterns = [
    path("", overview.Overview.as_view(), name="overview"),
    path("sign-in", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out", sign_in.SignOut.as_view(), name="sign-out"),
    path("unserved", dispatching.Unserved.as_view(), name="unserved"),
    path("pickups/<uuid:pickup_id>", dispatching.Pickup.as_view(), name="pickup"),
    path("tiles/units/<int:z>/<int:x>/<int:y>", tiles.units, name="unit-tiles"),
]
