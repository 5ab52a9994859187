"""Every text of the pages in Kazakh, Russian and English. A test reads the templates and misses none and finds none unused."""

from __future__ import annotations

from collection.kernel.words import Words

MONTHS = tuple(Words(*one.split("/")) for one in (
    "қаң./янв./Jan", "ақп./февр./Feb", "нау./мар./Mar", "сәу./апр./Apr", "мам./мая/May", "мау./июн./Jun", "шіл./июл./Jul",
    "там./авг./Aug", "қыр./сент./Sep", "қаз./окт./Oct", "қар./нояб./Nov", "жел./дек./Dec"))

WORDS: dict[str, Words] = {
    # the frame
    "name": Words("Тонна", "Тонна", "Tonnage"),
    "skip": Words("Мазмұнға өту", "К содержанию", "Skip to content"),
    "menu": Words("Бөлімдер", "Разделы", "Sections"),
    "sign_in": Words("Кіру", "Войти", "Sign in"),
    "sign_out": Words("Шығу", "Выйти", "Sign out"),
    "dark_or_light": Words("Қараңғы немесе жарық", "Тёмная или светлая тема", "Dark or light"),
    "language": Words("Тіл", "Язык", "Language"),
    "kk": Words("Қазақша", "Қазақша", "Қазақша"),
    "ru": Words("Русский", "Русский", "Русский"),
    "en": Words("English", "English", "English"),
    "as_of": Words("{at} жағдай бойынша", "По состоянию на {at}", "As of {at}"),
    "synthetic": Words(
        "Бұл деректер сынақ үшін жасалған: жарияланған қорытындыларға сай келеді, бірақ шын емес",
        "Эти данные составлены для проверки: они сходятся с опубликованными итогами, но не настоящие",
        "This data was made for trial: it matches the published totals but is not real"),
    "tonnes_unit": Words("т", "т", "t"),
    "tenge_unit": Words("₸", "₸", "₸"),
    "million_tenge": Words("млн ₸", "млн ₸", "million ₸"),
    "nothing": Words("Мұнда әзірге ештеңе жоқ", "Здесь пока ничего нет", "Nothing here yet"),
    "back_home": Words("Басты бетке", "На главную", "To the front page"),
    # signing in
    "sign_in_lead": Words(
        "Нөміріңізге алты таңбалы код келеді.", "На ваш номер придёт код из шести цифр.",
        "A six-digit code will be sent to your number."),
    "phone": Words("Телефон", "Телефон", "Phone"),
    "send_code": Words("Код жіберу", "Получить код", "Send me a code"),
    "code": Words("Код", "Код", "Code"),
    "code_sent": Words("Код {phone} нөміріне жіберілді.", "Код отправлен на номер {phone}.", "The code was sent to {phone}."),
    "another_number": Words("Басқа нөмір", "Другой номер", "Another number"),
    # sections
    "overview": Words("Шолу", "Обзор", "Overview"),
    "unserved": Words("Орындаушысыз", "Без исполнителя", "Unserved"),
    # the overview
    "declared": Words("Мәлімделді", "Заявлено", "Declared"),
    "collected": Words("Жиналды", "Собрано", "Collected"),
    "received": Words("Қабылданды", "Принято", "Received"),
    "recycled": Words("Өңделді", "Переработано", "Recycled"),
    "paid": Words("Төленген тонна", "Оплачено тонн", "Paid tonnes"),
    "money": Words("Төленді", "Выплачено", "Paid out"),
    "five_tonnages": Words("Бес түрлі тонна", "Пять видов тонн", "Five kinds of tonnes"),
    "five_tonnages_lead": Words(
        "Бір тонна бес рет өлшенеді. Бұл сандар ешқашан қосылмайды.",
        "Одна и та же тонна видна пять раз. Эти числа никогда не складываются.",
        "One tonne is seen five times. These figures are never added together."),
    "applications_n": Words("{n} өтінім", "заявок: {n}", "{n} applications"),
    "loads_n": Words("{n} жүк", "партий: {n}", "{n} loads"),
    "batches_n": Words("{n} өңдеу", "переработок: {n}", "{n} batches"),
    "lines_n": Words("{n} жол", "строк: {n}", "{n} lines"),
    "trend": Words("Айлар бойынша", "По месяцам", "Month by month"),
    "map": Words("Аймақтар бойынша", "По регионам", "By region"),
    "month": Words("Ай", "Месяц", "Month"),
    "region": Words("Облыс", "Регион", "Region"),
    "category": Words("Қалдық түрі", "Вид отходов", "Category"),
    "by_category": Words("Қалдық түрлері бойынша", "По видам отходов", "By category"),
    "measure": Words("Көрсеткіш", "Показатель", "Measure"),
    "programme": Words("Бағдарлама", "Программа", "Programme"),
    "show": Words("Көрсету", "Показать", "Show"),
    "as_table": Words("Кесте түрінде", "Таблицей", "As a table"),
}
