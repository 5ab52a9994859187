from django.urls import path

from . import views

urlpatterns = [
    path("groupings", views.Groupings.as_view(), name="groupings"),
    path("groupings/<uuid:grouping_id>", views.Grouping.as_view(), name="grouping"),
    path("groupings/<uuid:grouping_id>/deliver", views.Deliver.as_view(), name="grouping-deliver"),
    path("groupings/<uuid:grouping_id>/receipt", views.Receipt.as_view(), name="grouping-receipt"),
]
