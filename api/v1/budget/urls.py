from django.urls import path

import api.v1.programmes.urls  # noqa: F401  (knows how a programme's code stands in a path)

from . import views

urlpatterns = [
    path("programmes/<code:code>/caps", views.Caps.as_view(), name="programme-caps"),
    path("programmes/<code:code>/queue", views.Queue.as_view(), name="programme-queue"),
    path("programmes/<code:code>/periods", views.Periods.as_view(), name="programme-periods"),
    path("programmes/<code:code>/payer", views.Payer.as_view(), name="programme-payer"),
]
