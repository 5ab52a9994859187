"""Places by name, in any of the spellings people use."""

from __future__ import annotations

import re
import unicodedata

from .models import Place

#: Kazakh letters to the Russian ones people type instead, and ё to е.
LETTERS = str.maketrans("әғқңөұүһіё", "агкноуухие")
#: г., с., п., пос., а., қ., аул, город, village …: what stands before or after the name of a settlement.
KIND = re.compile(
    r"^(?:г|гор|город|с|село|п|пос|поселок|пгт|рп|а|аул|ауыл|ауылы|к|кала|каласы|ст|станция|city|town|village)(?:\.\s*|\s+)"
    r"|\s+(?:к|каласы|ауылы|а|с)\.?$"
)


def normal(name: str) -> str:
    """A spelling reduced to what two people agree on: "с. Жаңаөзен" and "Жанаозен" are one, "Zhangaozen" is another."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(LETTERS)
    text = KIND.sub("", text.strip())
    return " ".join(re.sub(r"[^\w]+", " ", text.replace("'", "").replace("’", "").replace("ʻ", "")).split())


def find(name: str) -> list[Place]:
    """Every place of this name; sure sources first, then the larger. Empty when nobody calls a place that."""
    places = Place.objects.filter(names__normal=normal(name)).distinct()
    return sorted(places, key=lambda place: (place.suspect, -(place.population or 0), place.id))
