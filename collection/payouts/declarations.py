"""What a contractor declares when it submits a claim. A changed text gets a new code; old claims keep theirs.

Source: the programme's rules on evidence and excluded origins. The wording is ours until the operator gives its own.
"""

from __future__ import annotations

from collection.kernel.words import Words

DECLARATIONS = {
    "2026-1": Words(
        "Осы өтінімдегі мәліметтер дұрыс; қалдықтар Қазақстан аумағында түзілген, орталық қалалық контейнерлерден және "
        "сұрыптау кәсіпорындарынан алынбаған; осы массалар үшін бұрын төлем сұралмаған. Жалған мәлімет үшін жауапкершілік "
        "туралы білемін.",
        "Сведения в этой заявке верны; отходы образованы на территории Казахстана и не взяты из центральных городских "
        "контейнеров и с сортировочных предприятий; за эти массы выплата ранее не запрашивалась. Об ответственности за "
        "ложные сведения знаю.",
        "The particulars of this claim are true; the waste arose in Kazakhstan and was not taken from central municipal "
        "containers or sorting plants; no payment was asked for these masses before. I know what I answer for.",
    ),
}
CURRENT = "2026-1"
