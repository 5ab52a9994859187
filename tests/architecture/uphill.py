"""A4: keys and migrations point downhill. `python -m tests.architecture.uphill` prints those that do not.

import-linter cannot see a foreign key written as a string, nor what a migration depends on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.architecture.tools import rooms


def heights() -> dict[str, int]:
    """The height of each app of ours. The cellars lie beside each other, above the ground only."""
    *upper, ground = rooms()
    order = ["api", *upper]
    return {app: len(order) + 2 - place for place, app in enumerate(order)} | {"geo": 1, "notifications": 1, ground: 0}


def goes_uphill(app: str, other: str) -> bool:
    height = heights()
    return app != other and app in height and other in height and height[app] <= height[other]


def keys() -> Iterator[str]:
    from django.apps import apps

    for model in apps.get_models(include_auto_created=True):
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            target = field.related_model
            if target and goes_uphill(model._meta.app_label, target._meta.app_label):
                yield f"{model._meta.label}.{field.name} -> {target._meta.label}"


def migrations() -> Iterator[str]:
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        for other, other_name in migration.dependencies:
            if goes_uphill(app, other):
                yield f"{app}.{name} -> {other}.{other_name}"
        for other, other_name in migration.run_before:
            if goes_uphill(other, app):
                yield f"{other}.{other_name} -> {app}.{name}"


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "api.settings")
    import django

    django.setup()
    found = [*keys(), *migrations()]
    print("\n".join(found))
    sys.exit(bool(found))
