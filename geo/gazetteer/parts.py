"""A text as its parts: "Сайрамский р-н, с. Новое" is a district called so and a settlement called so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .spelling import letters, plain, sound
from .words import COUNTRY, FIRST, IGNORED, KINDS, LAST, LETTER_AFTER, ONE_WORD, STREET_AFTER, WORDS

SEGMENTS = re.compile(r"[,;\n\t|()\[\]{}:]+|\s[-–—]\s")
WORD = re.compile(r"[^\W_]+(?:[-/–][^\W_]+)*")
ADJECTIVE = re.compile(r"(?:[сц]к|н)(?:ий|ый|ая|ого|ой)$|sk(?:iy|y|i|aya|aia)$")
ADMINISTRATIVE = re.compile(r"(sk|n)(?:i|a|oe|oi|ogo|om)$")
NUMBER = re.compile(r"\d+[а-яa-z]?(?:[-/]\d+[а-яa-z]?)*$")
LONGEST = 4  # words in one name
SHORTEST_ADJECTIVE, SHORTEST_NAME = 5, 4  # letters

#: known(sound, kinds) says whether somebody calls a unit of these kinds (None: of any) so; misspelt(sounds) whether
#: somebody is called almost so.
Known = Callable[[str, frozenset[str] | None], bool]
Misspelt = Callable[[Iterable[str]], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """A name and what the writer said it is: a key of `words.KINDS`, or nothing."""

    text: str
    label: str | None

    @property
    def sounds(self) -> tuple[str, ...]:
        return sounds(self.text)

    @property
    def misspelt(self) -> tuple[str, ...]:
        """What is looked up if nothing sounds like this."""
        return misspelt(self.text)

    @property
    def kinds(self) -> frozenset[str] | None:
        return KINDS[self.label] if self.label else None


@dataclass(frozen=True, slots=True)
class Reading:
    parts: tuple[Part, ...]
    is_address: bool  # a street or a house was named too


def administrative(heard: str) -> str:
    """The sound of a region, district or okrug, whatever the gender and case: "Сайрамского" is "Сайрамский"."""
    return ADMINISTRATIVE.sub(r"\1i", heard) if len(heard) > SHORTEST_ADJECTIVE else heard


def sounds(text: str) -> tuple[str, ...]:
    heard = sound(text)
    return tuple(dict.fromkeys((heard, administrative(heard))))


def misspelt(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((sound(text), letters(text))))


def segments(text: str) -> list[list[str]]:
    """The words of each part between commas; the country is left out."""
    found = []
    for piece in SEGMENTS.split(plain(text)):
        for pattern, word in ONE_WORD:
            piece = pattern.sub(word, piece)
        words = [word for word in WORD.findall(piece) if word not in IGNORED]
        if words and " ".join(words) not in COUNTRY:
            found.append(words)
    return found


def parts_of(text: str, known: Known, misspelt: Misspelt) -> Reading:
    """The parts of a text in the order they were written."""
    reader = Reader(known, misspelt)
    for words in segments(text):
        reader.segment(words)
    return Reading(tuple(reader.parts), reader.is_address)


class Reader:
    def __init__(self, known: Known, misspelt: Misspelt) -> None:
        self.known, self.misspelt = known, misspelt
        self.parts: list[Part] = []
        self.is_address = False

    def segment(self, words: list[str]) -> None:
        run: list[str] = []  # words not given to anybody yet
        before: str | None = None  # a label that stood before them
        for position, word in enumerate(words):
            label = self.label(words, position, run, before)
            if label is None:
                run.append(word)
                continue
            more = position + 1 < len(words) and WORDS.get(words[position + 1]) is None
            if label == "street":
                self.is_address = True
                if word in STREET_AFTER and run:
                    run = run[:-1]
                self.close(run, before)
                run, before = [], None if word in STREET_AFTER else "street"
            elif run and before != "street" and self.takes(run, word, label, before, more):
                size = self.suffix(run, label)
                self.close(run[:-size], before)
                self.add(run[-size:], label)
                run, before = [], None
            else:
                self.close(run, before)
                run, before = [], label
        self.close(run, before)

    def label(self, words: list[str], position: int, run: list[str], before: str | None) -> str | None:
        """What this word says the name is; None when it is a part of the name."""
        word = words[position]
        label = WORDS.get(word)
        if label is None or len(words) == 1 or (run and before in KINDS and self.is_known([*run, word], before)):
            return None
        if len(word) == 1 and run:
            house = self.is_address and NUMBER.match(words[position - 1])  # "ул. Абая 54 А"
            if house or (word not in LETTER_AFTER and position + 1 == len(words)):
                return None
        return label

    def takes(self, run: list[str], word: str, label: str, before: str | None, more: bool) -> bool:
        """Whether the label (this `word`) belongs to the words before it, not to those that follow."""
        if word in LAST:
            return True
        if more and (word in FIRST or (before and self.is_known(run, before))):
            return False
        if not more or any(self.is_known(run[-size:], label) for size in range(1, min(LONGEST, len(run)) + 1)):
            return True
        return label in ("region", "district", "okrug") and ADJECTIVE.search(run[-1]) is not None

    def suffix(self, run: list[str], label: str) -> int:
        """How many of the last words are the name."""
        for size in range(min(LONGEST, len(run)), 0, -1):
            if self.is_known(run[-size:], label):
                return size
        return 1 if ADJECTIVE.search(run[-1]) else len(run)

    def close(self, run: list[str], label: str | None) -> None:
        """The end of a run: its label's name comes first, what is left over has no label."""
        if label == "street":  # its name ends with the number of the house
            self.is_address = True
            run = run[next((at + 1 for at, word in enumerate(run) if NUMBER.match(word)), len(run)):]
            label = None
        if label:
            size = next((size for size in range(min(LONGEST, len(run)), 0, -1) if self.is_known(run[:size], label)),
                        next((at for at, word in enumerate(run) if at and NUMBER.match(word)), len(run)))
            self.add(run[:size], label)
            run = run[size:]
        unknown: list[str] = []
        while run:
            sizes = range(min(LONGEST, len(run)), 0, -1)
            size = next((size for size in sizes if self.is_bare(run[:size], alone=size == len(run))), 0)
            if 0 < size < len(run) <= LONGEST and not unknown and self.misspelt(misspelt(" ".join(run))):
                self.add(run, None)
                return
            if size:
                self.add(unknown, None)
                self.add(run[:size], None)
                unknown, run = [], run[size:]
            elif NUMBER.match(run[0]) or len(run[0]) == 1:
                self.is_address |= run[0][0].isdigit()
                run = run[1:]
            else:
                unknown.append(run[0])
                run = run[1:]
        self.add(unknown, None)

    def is_bare(self, words: list[str], *, alone: bool) -> bool:
        """Whether these words are a name without a label. A syllable among words that are none is nobody's name."""
        return (alone or len("".join(words)) >= SHORTEST_NAME) and self.is_known(words, None)

    def add(self, words: list[str], label: str | None) -> None:
        if label and len(words) == 1 and words[0].isdigit():  # "с. 7" is a house, not a village
            self.is_address = True
        elif words:
            self.parts.append(Part(" ".join(words), label))

    def is_known(self, words: list[str], label: str | None) -> bool:
        if len(words) == 1 and words[0].isdigit():
            return False
        text = " ".join(words)
        return any(self.known(heard, KINDS[label] if label else None) for heard in sounds(text))
