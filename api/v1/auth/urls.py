from django.urls import path

from . import views

urlpatterns = [
    path("auth/code", views.Code.as_view(), name="auth-code"),
    path("auth/login", views.Login.as_view(), name="auth-login"),
    path("auth/refresh", views.Refresh.as_view(), name="auth-refresh"),
    path("auth/logout", views.Logout.as_view(), name="auth-logout"),
    path("auth/acting", views.Acting.as_view(), name="auth-acting"),
    path("sessions", views.Sessions.as_view(), name="sessions"),
    path("sessions/<uuid:session_id>", views.Session.as_view(), name="session"),
    path("me/second-factor", views.SecondFactor.as_view(), name="second-factor"),
    path("me/second-factor/confirm", views.ConfirmSecondFactor.as_view(), name="second-factor-confirm"),
    path("me/second-factor/codes", views.GiveSecondFactor.as_view(), name="second-factor-codes"),
    path("me", views.Me.as_view(), name="me"),
    path("organisations", views.Organisations.as_view(), name="organisations"),
    path("organisations/<uuid:organisation_id>", views.Organisation.as_view(), name="organisation"),
    path("members", views.Members.as_view(), name="members"),
    path("members/<uuid:membership_id>", views.Member.as_view(), name="member"),
]
