"""A text in the three languages of the programme."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Kazakh, Russian and English; `{name}` marks are filled by `fill`."""

    kk: str
    ru: str
    en: str

    def fill(self, **params: object) -> Words:
        return Words(self.kk.format(**params), self.ru.format(**params), self.en.format(**params))

    def in_language(self, language: str) -> str:
        """The text in `language`; English when the language is not one of ours."""
        return {"kk": self.kk, "ru": self.ru}.get(language, self.en)
