from django.urls import path

from . import overview, sign_in, tiles

urlpatterns = [
    path("", overview.Overview.as_view(), name="overview"),
    path("sign-in", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out", sign_in.SignOut.as_view(), name="sign-out"),
    path("tiles/units/<int:z>/<int:x>/<int:y>", tiles.units, name="unit-tiles"),
]
