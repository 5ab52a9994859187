"""What two spellings of a name agree on, and what the words around a name say about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

REGION, DISTRICT, SUB_DISTRICT, CITY, SETTLEMENT, STEADING, STREET, OFFICE = (
    "region", "district", "sub_district", "city", "settlement", "steading", "street", "office")

#: Kazakh letters to the Russian ones people type instead, and ё to е.
LETTERS = str.maketrans("әғқңөұүһіё", "агкноуухие")
#: г., с., п., пос., а., қ., аул, город, village …: what stands before or after the name of a settlement.
KIND = re.compile(
    r"^(?:г|гор|город|с|село|п|пос|поселок|пгт|рп|а|аул|ауыл|ауылы|к|кала|каласы|ст|станция|city|town|village)(?:\.\s*|\s+)"
    r"|\s+(?:к|каласы|ауылы|а|с)\.?$"
)


def normal(name: str) -> str:
    """A spelling reduced to what two people agree on: "с. Жаңаөзен" and "Жанаозен" are one, "Zhangaozen" is another."""
    text = folded(name)
    text = KIND.sub("", text.strip())
    return " ".join(re.sub(r"[^\w]+", " ", text.replace("'", "").replace("’", "").replace("ʻ", "")).split())


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(LETTERS)


# --- words that say what a name is the name of ---------------------------------------------------------------

# Abbreviations with dots, dashes and slashes, told before the text is cut into words.
SHORT = [(re.compile(pattern), f" {word} ") for pattern, word in (
    (r"\bн\.\s?п\.", "село"), (r"\bр[-/. ]?н[аеу]?\b\.?", "район"), (r"\bс[./]\s?о\b\.?|\bс\.?\s?/\s?о\b", "сокруг"),
    (r"\bа[./]\s?о\b\.?", "сокруг"), (r"\b[сп][./]\s?а\b\.?", "сокруг"), (r"\b[гк][./]\s?а\b\.?", "акимат"),
    (r"\bсельск\w+ округ\w*|\bауылдык округ\w*|\brural (?:district|okrug)\b", "сокруг"),
    (r"\b(?:сельск|поселков)\w+ администрац\w+", "сокруг"), (r"\bгородск\w+ администрац\w+|\bкалалык акимди\w+", "акимат"),
    (r"\bгор\.", "город"), (r"\bобл\.", "область"), (r"\bпос\.", "поселок"), (r"\bмкр\.?\b", "микрорайон"),
    (r"\bнаселенн\w+ пункт\w*", "село"),
)]
# Қ.Ә. is the office of a city with its surroundings, к.ә. that of a township: OFFICE is either.
#: word -> (what it says, where the name stands: before it, after it, or either)
WORDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("область", "области", "обл", "region", "oblast", "province"), (REGION, "either")),
    **dict.fromkeys(("облысы", "облыс", "облысынын", "oblysy", "oblisi"), (REGION, "before")),
    **dict.fromkeys(("район", "района", "районы", "district", "rayon", "raion"), (DISTRICT, "either")),
    **dict.fromkeys(("ауданы", "аудан", "ауданынын", "audany", "audan"), (DISTRICT, "before")),
    "акимат": (OFFICE, "before"), "сокруг": (SUB_DISTRICT, "either"), "okrug": (SUB_DISTRICT, "either"),
    "округ": (SUB_DISTRICT, "either"), "округи": (SUB_DISTRICT, "before"),
    **dict.fromkeys(("г", "город", "города"), (CITY, "after")),
    **dict.fromkeys(("каласы", "кала", "qalasy", "city"), (CITY, "before")),
    **dict.fromkeys((
        "с", "село", "села", "п", "пос", "поселок", "пгт", "рп", "аул", "ауыл", "selo", "aul"), (SETTLEMENT, "after")),
    **dict.fromkeys(("ауылы", "ауылынын", "кенти", "кент", "auyly", "town", "village"), (SETTLEMENT, "before")),
    **dict.fromkeys((
        "ст", "станция", "рзд", "разъезд", "уч", "участок", "зимовка", "ферма", "точка", "station"), (STEADING, "after")),
    **dict.fromkeys(("станциясы", "кыстауы", "мекени"), (STEADING, "before")),
    **dict.fromkeys(("а", "к"), (SETTLEMENT, "either")),
    **dict.fromkeys((
        "ул", "улица", "улицы", "пр", "проспект", "просп", "микрорайон", "переулок", "пер", "шоссе", "тракт", "бульвар",
        "кошеси", "коше", "дангылы", "street", "avenue", "ave", "дом", "кв", "офис", "уй"), (STREET, "either")),
}
#: Honorifics: "им.", "имени", "атындагы".
SILENT = {"им", "имени", "атын", "атындагы"}


def words(text: str) -> list[str]:
    text = folded(text).replace("'", "").replace("’", "").replace("ʻ", "").replace("`", "")
    for pattern, word in SHORT:
        text = pattern.sub(word, text)
    return [word for word in re.findall(r"\w+", text) if word not in SILENT]


def core(name: str) -> str:
    """The name in an official designation: "Сайрамский район" -> "сайрамский", "Жаңаөзен қ." -> "жанаозен"."""
    kept = words(name)
    while len(kept) > 1 and kept[0] in WORDS and WORDS[kept[0]][1] != "before":
        kept = kept[1:]
    while len(kept) > 1 and kept[-1] in WORDS and WORDS[kept[-1]][1] != "after":
        kept = kept[:-1]
    return " ".join(kept)


# --- how a name sounds ---------------------------------------------------------------------------------------

# Longest first; Latin spellings of Kazakh and Russian (official Latin of 2021, GeoNames, BGN) meet their Cyrillic ones.
SOUNDS = [
    ("shch", "s"), ("щ", "s"), ("sch", "s"), ("sh", "s"), ("ш", "s"), ("ş", "s"), ("ch", "c"), ("tch", "c"), ("ч", "c"),
    ("ц", "s"), ("ts", "s"), ("zh", "j"), ("dzh", "j"), ("дж", "j"), ("ж", "j"), ("kh", "h"), ("х", "h"), ("gh", "g"),
    ("ğ", "g"), ("г", "g"), ("q", "k"), ("к", "k"), ("ng", "n"), ("нг", "n"), ("ñ", "n"), ("ŋ", "n"), ("н", "n"),
    ("ya", "a"), ("я", "a"), ("ia", "a"), ("yu", "u"), ("ю", "u"), ("yo", "o"), ("ye", "e"), ("э", "e"), ("е", "e"),
    ("a", "a"), ("ä", "a"), ("а", "a"), ("б", "b"), ("в", "v"), ("w", "u"), ("д", "d"), ("з", "z"), ("ый", "i"), ("ий", "i"),
    ("й", "i"), ("и", "i"), ("ы", "i"), ("y", "i"), ("ı", "i"), ("i̇", "i"), ("í", "i"), ("л", "l"), ("м", "m"), ("о", "o"),
    ("ö", "o"), ("ó", "o"), ("п", "p"), ("р", "r"), ("с", "s"), ("т", "t"), ("у", "u"), ("ü", "u"), ("ū", "u"), ("ú", "u"),
    ("ф", "f"), ("ь", ""), ("ъ", ""), ("x", "ks"), ("c", "k"), ("á", "a"), ("ә", "a"),
]
_SOUND = re.compile("|".join(re.escape(letters) for letters, _ in sorted(SOUNDS, key=lambda pair: -len(pair[0]))))
_SOUND_OF = dict(SOUNDS)
_TWICE = re.compile(r"(.)\1+")


def sound(name: str) -> str:
    """How a core sounds, in any of the three alphabets: "Жаңаөзен", "Zhanaozen" and "Жанаозен" are "janaozen"."""
    return _TWICE.sub(r"\1", _SOUND.sub(lambda found: _SOUND_OF[found.group()], name))


def trigrams(sounding: str) -> frozenset[str]:
    """The three-letter pieces of a sounding, its beginning counted more, as pg_trgm cuts words."""
    padded = f"  {sounding} "
    return frozenset(padded[n:n + 3] for n in range(len(padded) - 2))


def adjectives(cores: Iterable[str]) -> list[str]:
    """The stems of Russian adjectives: "сайрамский" -> "сайрам", so that "Сайрам район" is understood too."""
    return [re.sub(r"(?:[иы]н)?ск(?:ий|ая|ое)$", "", one) for one in cores if re.search(r"\w{3}ск(?:ий|ая|ое)$", one)]
