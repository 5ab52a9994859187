from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "collection.dispatch"
    label = "dispatch"
