from django.urls import path

from . import views

urlpatterns = [
    path("audit/lines", views.Lines.as_view(), name="audit-lines"),
    path("audit/history", views.History.as_view(), name="audit-history"),
    path("audit/anchors", views.Anchors.as_view(), name="audit-anchors"),
]
