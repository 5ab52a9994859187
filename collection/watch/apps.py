from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "collection.watch"
    label = "watch"
