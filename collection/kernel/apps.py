from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "collection.kernel"
    label = "kernel"
