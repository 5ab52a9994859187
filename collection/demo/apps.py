from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "collection.demo"
    label = "demo"
