from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "collection.registry"
    label = "registry"
