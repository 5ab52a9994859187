from django.urls import include, path

urlpatterns = [
    path("", include("api.http.urls")), path("api/v1/", include("api.v1.urls")), path("", include("api.pages.urls")),
]

handler400 = "api.http.problems.bad_request"
handler404 = "api.http.problems.not_found"
handler500 = "api.http.problems.server_error"
