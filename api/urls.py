from django.urls import include, path

urlpatterns = [path("", include("api.http.urls")), path("api/v1/", include("api.v1.urls"))]
