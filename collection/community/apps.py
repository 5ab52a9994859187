from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "collection.community"
    label = "community"
