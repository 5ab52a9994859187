"""Prints who may sign in to the demo, as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from collection.demo import cast
from collection.demo.live import season


class Command(BaseCommand):
    help = "Who may sign in to the demo: JSON with the season and a list of who and phone."

    def handle(self, *args: Any, **options: Any) -> None:
        live = season()
        people = [
            ("a generator (registers on first use)", cast.GENERATOR), ("a collector, Almaty", live.collectors[0]),
            ("its driver", live.driver_of(0)), ("a recycler, Almaty", live.recyclers[0]),
            *((f"the operator's {title.replace('_', ' ')}{' officer' if 'finance' in title else ''}", phone)
              for title, phone in cast.OFFICERS.items()),
        ]
        self.stdout.write(json.dumps({
            "season": live.number, "people": [{"who": who, "phone": phone} for who, phone in people]}, ensure_ascii=False))
