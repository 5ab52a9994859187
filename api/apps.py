from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    label = "api"

    def ready(self) -> None:
        from api.http import checks, starting  # noqa: F401 - registers the system checks
