"""Prints who may sign in to the demo, as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from collection.demo import cast


class Command(BaseCommand):
    help = "Who may sign in to the demo: a JSON list of who and phone."

    def handle(self, *args: Any, **options: Any) -> None:
        people = [
            ("a generator (registers on first use)", cast.GENERATOR), ("a collector, Almaty", cast.COLLECTORS[0]),
            ("its driver", cast.phone_number(100, series=5)), ("a recycler, Almaty", cast.RECYCLERS[0]),
            *((f"the operator's {title.replace('_', ' ')}{' officer' if 'finance' in title else ''}", phone)
              for title, phone in cast.OFFICERS.items()),
        ]
        self.stdout.write(json.dumps([{"who": who, "phone": phone} for who, phone in people], ensure_ascii=False))
