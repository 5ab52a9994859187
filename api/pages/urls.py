from django.urls import path

from . import checking, contracts, dispatching, loads, looking_back, money, overview, second_factor, sign_in, tiles

urlpatterns = [
    path("", overview.Overview.as_view(), name="overview"),
    path("sign-in", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out", sign_in.SignOut.as_view(), name="sign-out"),
    path("second-factor", second_factor.SecondFactor.as_view(), name="second-factor"),
    path("unserved", dispatching.Unserved.as_view(), name="unserved"),
    path("pickups/<uuid:pickup_id>", dispatching.Pickup.as_view(), name="pickup"),
    path("loads/<uuid:consignment_id>", loads.Load.as_view(), name="load"),
    path("claims", money.Claims.as_view(), name="claims"),
    path("claims/<uuid:claim_id>", money.Claim.as_view(), name="claim"),
    path("registers", money.Registers.as_view(), name="registers"),
    path("registers/<uuid:register_id>", money.Register.as_view(), name="register"),
    path("contracts", contracts.Contracts.as_view(), name="contracts"),
    path("contracts/<uuid:contract_id>", contracts.Contract.as_view(), name="contract"),
    path("tariffs", contracts.Tariffs.as_view(), name="tariffs"),
    path("routes", looking_back.Routes.as_view(), name="routes"),
    path("check/<str:code>", checking.Check.as_view(), name="check"),
    path("audit", looking_back.Audit.as_view(), name="audit"),
    path("tiles/units/<int:z>/<int:x>/<int:y>", tiles.units, name="unit-tiles"),
]
