from django.apps import AppConfig


class StatsConfig(AppConfig):
    name = "collection.stats"
    label = "stats"
