"""What the plant can do."""

from __future__ import annotations

from collection.kernel.words import Words

from .facts import LineFacts
from .registry import Numbers, line_rule


@line_rule("hold",
       Words("Зауыттың айлық қуатынан асты", "Превышена месячная мощность предприятия",
             "Beyond the plant's licensed capacity for the month"),
       cure=Words("Рұқсат етілген қуатты арттырыңыз", "Расширьте разрешённую мощность",
                  "Have the licensed capacity raised"),
       source="Environmental permit of the plant. Loads count in the order their batches were sealed; a load that goes "
              "beyond is held whole")
def capacity_exceeded(facts: LineFacts) -> Numbers | None:
    if facts.month_g is None or facts.capacity_g is None or facts.month_g <= facts.capacity_g:
        return None
    return {"month_g": facts.month_g, "capacity_g": facts.capacity_g}


@line_rule("hold",
    Words("Өнім шығымы дәліз шегінен тыс", "Выход продукции вне допустимых границ", "The batch's yield is outside its band"),
    cure=Words("Партияның есебін түзетіңіз немесе технологияны негіздеңіз", "Исправьте учёт партии или обоснуйте технологию",
               "Correct the batch, or substantiate the process"),
    source="Bands of yields by category: dated data of the programme (yield_bands)")
def yield_out_of_band(facts: LineFacts) -> Numbers | None:
    least, most = facts.yield_least_permille, facts.yield_most_permille
    if facts.batch_input_g is None or facts.batch_product_g is None or least is None or most is None:
        return None
    if least * facts.batch_input_g <= facts.batch_product_g * 1000 <= most * facts.batch_input_g:
        return None
    return {"product_g": facts.batch_product_g, "input_g": facts.batch_input_g, "least_permille": least, "most_permille": most}
