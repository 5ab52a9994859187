from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "collection.custody"
    label = "custody"
