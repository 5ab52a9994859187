from django.apps import AppConfig


class WasteConfig(AppConfig):
    name = "collection.waste"
    label = "waste"
