from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "collection.accounts"
    label = "accounts"
