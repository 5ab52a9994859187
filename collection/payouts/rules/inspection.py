"""What an inspector found on the spot."""

from __future__ import annotations

from collection.kernel.words import Words

from .facts import LineFacts
from .registry import Numbers, line_rule


@line_rule("hold",
    Words("Тексеруде басқа масса анықталды", "Проверка нашла другую массу", "An inspection found another mass"),
    cure=Words("Қабылданған массаны тексеру анықтаған массаға түзетіңіз", "Исправьте принятую массу на найденную проверкой",
               "Correct the accepted mass to what the inspection found"),
    source="Programme rules: inspections by lot. Of a line of any other mass than was found")
def inspected_mass_differs(facts: LineFacts) -> Numbers | None:
    if facts.inspected != "mass_differs" or facts.mass_g == facts.inspected_g:
        return None
    return {"mass_g": facts.mass_g, "found_g": facts.inspected_g}


@line_rule("block",
    Words("Тексеруде жүк табылмады", "Проверка не нашла эту партию", "An inspection did not find the load"),
    cure=Words("Басқа инспектордың қайта тексеруін сұраңыз", "Попросите повторную проверку другим инспектором",
               "Ask for a second look by another inspector"),
    source="Programme rules: inspections by lot; a tonne that nobody finds is not paid for")
def inspected_not_found(facts: LineFacts) -> Numbers | None:
    return {} if facts.inspected == "not_found" else None
