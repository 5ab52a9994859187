"""Two spellings of a name reduced to what their writers agree on. Pure text, no tables."""

from __future__ import annotations

import re
import unicodedata

#: Kazakh letters to the Russian ones people type instead, and ё to е.
LETTERS = str.maketrans("әғқңөұүһіѐёќӊ", "агкноуухиеекн")
#: г., с., п., пос., а., қ., аул, город, village …: what stands before or after the name of a settlement.
KIND = re.compile(
    r"^(?:г|гор|город|с|село|п|пос|поселок|пгт|рп|а|аул|ауыл|ауылы|к|кала|каласы|ст|станция|city|town|village)(?:\.\s*|\s+)"
    r"|\s+(?:к|каласы|ауылы|а|с)\.?$"
)
MARKS = str.maketrans("", "", "'’ʻʼ‘`´ʹ\"«»“”„")

#: One sound, one letter, whoever writes it: "Жаңаөзен", "Жанаозен", "Zhangaozen", "Jañaözen" are "janaozen". Capitals are
#: the sounds that Latin needs two letters for, so that a slip in one of them is one slip.
SOUNDS = str.maketrans(dict(zip("абвгдежзийклмнопрстуфхцчшщъыьэюя", [
    "a", "b", "v", "g", "d", "e", "j", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "h", "Z", "C", "S",
    "S", "", "i", "", "e", "u", "a"], strict=True)))
#: What Latin writers use for one sound, in the order it is read; diacritics are already gone.
LATIN = [(re.compile(one), other) for one, other in (
    ("shch|sch|shsh|sh", "S"), ("tch|ch", "C"), ("ts|tz", "Z"), ("dzh|dj|zh", "j"), ("kh|x", "h"), ("gh", "g"),
    ("ng(?=[^aeiouy]|$)|ng(?=[aou])", "n"), ("(?<=[^aeiou])yo", "e"), ("q|c", "k"), ("w", "u"),
    ("(?<=[aeiouy])j(?![aeiouy])", "i"), ("y", "i"), ("i+(?=[aeou])", ""), (r"(.)\1+", r"\1"),
)]
DOTTED = str.maketrans({"ş": "S", "ç": "C", "ı": "i", "ð": "d", "ø": "o", "ß": "s", "đ": "d"})


def plain(text: str) -> str:
    """Small letters, Russian for Kazakh ones, no quotation marks or apostrophes; punctuation stays."""
    return unicodedata.normalize("NFKC", text).casefold().translate(LETTERS).translate(MARKS)


def normal(name: str) -> str:
    """A spelling reduced to what two people agree on: "с. Жаңаөзен" and "Жанаозен" are one, "Zhangaozen" is another."""
    text = KIND.sub("", plain(name).strip())
    return " ".join(re.sub(r"[^\w]+", " ", text).split())


def sound(name: str) -> str:
    """A name as it sounds, in any of the alphabets, without spaces; kinds ("с.", "район") are not taken off.

    Coarse on purpose: ы, и, і and й are one, soft signs and doubled letters are none. Empty for a name without letters
    or digits.
    """
    text = letters(name)
    for pattern, letter in LATIN:
        text = pattern.sub(letter, text)
    return text


def letters(name: str) -> str:
    """The same before sounds are run together: a letter that was left out may have stood between two that are alike."""
    text = plain(name).replace("дж", "ж").translate(SOUNDS).translate(DOTTED)
    return "".join(part for part in unicodedata.normalize("NFKD", text) if part.isalnum())
