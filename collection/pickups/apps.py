from django.apps import AppConfig


class PickupsConfig(AppConfig):
    name = "collection.pickups"
    label = "pickups"
