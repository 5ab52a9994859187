"""The words people put around a name, in Kazakh, Russian and English: what kind of place it is, a street, the country.

Words are in the letters of `spelling.plain`: small, ё and Kazakh letters already replaced.
"""

from __future__ import annotations

import re
from typing import Literal, cast

from .spelling import plain

Label = Literal["region", "district", "okrug", "city", "akimat", "place", "minor", "town", "street"]

#: The kinds each label may mean. A city's akimat bears the city's name and holds the villages around it.
KINDS: dict[str, frozenset[str]] = {
    "region": frozenset({"region"}),
    "district": frozenset({"district", "city_district"}),
    "okrug": frozenset({"okrug", "city_akimat"}),
    "akimat": frozenset({"city_akimat"}),
    "city": frozenset({"city", "city_akimat"}),
    "place": frozenset({"village"}),
    "minor": frozenset({"minor"}),
    "town": frozenset({"city", "city_akimat", "village"}),
}

WORDS: dict[str, Label] = {word: label for label, words in cast(dict[Label, str], {
    "region": "область области обл облысы облысынын облыс region oblast oblysy oblisi obl oblys",
    "district": "район района рн ауданы ауданынын аудан ауд district rayon raion raiony audany audan rajon dist",
    "okrug": "окр округ округи okrug сельсовет поссовет",
    "akimat": "акимат акимдик akimat",
    "city": "г гор город города кала каласы city qalasy kalasy town",
    "minor": "ст станция станциясы рзд разъезд зимовка кыстауы уч участок кр отг отд точка ферма мекени кордон station",
    "place": "с село села п пос поселок пгт рп а аул ауыл ауылы кент кенти village settlement selo aul auyl auyly poselok kenti",
    "town": "к",  # қала or кент
    "street": "ул улица пр пр-т просп проспект мкр мкн микрорайон пер переулок бульвар б-р шоссе тракт проезд площадь пл трасса "
              "квартал кв-л д дом кв офис оф корпус корп стр строение кошеси коше кош дангылы даргылы тупик "
              "street st avenue ave road rd lane prospekt ulitsa koshesi dangyly microdistrict",
}).items() for word in words.split()}

#: Streets named before the word: "Абай көшесі", "Abay street".
STREET_AFTER = frozenset({
    "кошеси", "коше", "кош", "дангылы", "street", "st", "avenue", "ave", "road", "rd", "lane", "koshesi", "dangyly"})
#: These stand before their names only.
FIRST = frozenset({
    "г", "гор", "город", "города", "с", "село", "п", "пос", "поселок", "пгт", "рп", "ст", "рзд", "зимовка", "уч", "отг"})
#: These stand after them only.
LAST = frozenset({
    "облысы", "oblysy", "region", "ауданы", "audany", "district", "каласы", "qalasy", "city", "ауылы", "auyly", "кенти", "kenti",
    "кыстауы", "мекени", "станциясы", "округи"})
#: Single letters are kinds only where a name begins or ends; these stand after it in Kazakh ("Жамбыл а.").
LETTER_AFTER = frozenset({"а", "к"})
IGNORED = frozenset({"им", "имени", "атындагы", "атын", "ат", "the", "of"})
COUNTRY = frozenset({
    "казакстан", "казахстан", "республика казахстан", "рк", "кр", "казакстан республикасы", "kazakhstan", "kazakstan",
    "republic of kazakhstan", "kz", "qazaqstan", "kaz",
})

#: Abbreviations and pairs of words to one word each, before words are told apart.
ONE_WORD = [(re.compile(one), other) for one, other in (
    (r"\bр-о?н\b\.?", " район "), (r"\bр/н\b", " район "), (r"\b(?:ыкшам|шагын)\s*аудан\w*", " мкр "),
    (r"\bсельск\w*\s+(?:окр\w*|администрац\w*)\.?|\bсельск\w*\s+район\b", " округ "),
    (r"\b(?:поселков|городск)\w*\s+(?:администрац\w*|акимат\w*)", " округ "),
    (r"\b(?:ауылдык|кенттик|калалык)\s+(?:окр\w*|аким\w*)|\bауыл\w*\s+округ\w*", " округ "),
    (r"\brural\s+(?:okrug|district)|\bauyldyq\s+okrug\w*|\bselsk\w*\s+okrug", " округ "),
    (r"\b[гк]\s?[./]\s?а\b\.?", " акимат "), (r"\b[сапкг]\s?[./]\s?[оа]\b\.?", " округ "), (r"\bс/с\b", " округ "),
    (r"\bгород\w*\s+районного\s+значения", " город "), (r"\bкр\.?\s?хоз\w*", " кр "),
)]

#: What stands before (Russian) or after (Kazakh, English) the name in an official designation.
BEFORE = re.compile(
    r"^(?:крес\.пос\.|(?:г|с|п|а|ст|рзд|уч|кр|крес|отг|отд|жив|маш|ост|р)\.\s*(?:хоз\b\.?|[оа]\b\.?)?|зимовка\b|точка\b|ферма\b|"
    r"кордон\b|поселье\b|пасека\b|бригада\b|дом\b|район\b|область\b|им\.|имени\b)\s*")
AFTER = re.compile(
    r"(?:[\s.]+(?:район|область|ауданы|облысы|каласы|кыстауы|мекени|шаркож|жаркож|уйи|конысы|фермасы|жайылымы|базасы|"
    r"region|district|city|[спгак]\.\s?[оа]|уч|ст|рзд|ж|а|к|с|ауыл|атын|ат)|(?<=\d)а)\.?$")


def core(designation: str) -> str:
    """The name in an official designation: "Сайрамский район" is "сайрамский", "с.о.им.Канай би" is "канай би"."""
    whole = plain(designation).strip()
    text, before = whole, ""
    while text != before:
        before, text = text, AFTER.sub("", BEFORE.sub("", text)).strip()
    return " ".join(word for word in text.split() if word.rstrip(".") not in IGNORED) or whole.strip(".")
