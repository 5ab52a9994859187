from django.urls import path

from . import views

urlpatterns = [
    path("auth/code", views.Code.as_view(), name="auth-code"),
    path("auth/login", views.Login.as_view(), name="auth-login"),
    path("auth/refresh", views.Refresh.as_view(), name="auth-refresh"),
    path("auth/logout", views.Logout.as_view(), name="auth-logout"),
    path("auth/acting", views.Acting.as_view(), name="auth-acting"),
    path("me", views.Me.as_view(), name="me"),
    path("organisations", views.Organisations.as_view(), name="organisations"),
    path("organisations/<uuid:organisation_id>", views.Organisation.as_view(), name="organisation"),
    path("members", views.Members.as_view(), name="members"),
    path("members/<uuid:membership_id>", views.Member.as_view(), name="member"),
]
