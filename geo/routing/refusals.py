"""How the planner says no: each wrong problem has a name and a code."""

from __future__ import annotations

from collection.kernel.refusals import Kind, Refusal
from collection.kernel.words import Words


class WrongProblem(Refusal):
    """The base of these: the numbers contradict themselves. Fields say which."""

    code = "wrong_routing_problem"
    kind = Kind.UNPROCESSABLE
    words = Words("Маршрут есебінің деректері қате", "Данные для маршрута неверны", "The routing problem is wrong")


class TooManyStops(WrongProblem):
    """Fields: `stops`, `most`."""

    code = "too_many_stops"
    words = Words("Бір жоспарға аялдама тым көп", "Слишком много остановок для одного плана",
                  "Too many stops for one plan")


class WrongMatrix(WrongProblem):
    """Empty, not square, not integers, negative, too large or smaller than the places named. Fields: `matrix`, `why`."""

    code = "wrong_matrix"
    words = Words("Қашықтық кестесі қате", "Таблица расстояний неверна", "The distance matrix is wrong")


class ContradictoryWindow(WrongProblem):
    """It closes before it opens. Fields: `what`, `index`, `opens`, `closes`."""

    code = "contradictory_window"
    words = Words("Уақыт аралығы ашылмай жатып жабылады", "Окно времени закрывается раньше, чем открывается",
                  "The time window closes before it opens")


class ZeroCapacity(WrongProblem):
    """A vehicle that can take nothing in a dimension that somebody needs. Fields: `vehicle`, `dimension`."""

    code = "zero_capacity"
    words = Words("Көліктің сыйымдылығы нөлге тең", "Вместимость машины равна нулю", "The vehicle has no capacity")


class VehicleWithoutBase(WrongProblem):
    """Fields: `vehicle`."""

    code = "vehicle_without_base"
    words = Words("Көліктің шығатын орны көрсетілмеген", "У машины не указано место выезда",
                  "The vehicle has no place to start from")


class UnknownPlace(WrongProblem):
    """Fields: `what`, `index`, `place`, `places`."""

    code = "unknown_place"
    words = Words("Орын кестеде жоқ", "Места нет в таблице расстояний", "The place is not in the distance matrix")


class WrongLoad(WrongProblem):
    """Negative, another number of dimensions, or a delivery unlike its pickup. Fields: `what`, `index`."""

    code = "wrong_load"
    words = Words("Жүк мөлшері қате", "Величина груза неверна", "The load is wrong")


class WrongNumber(WrongProblem):
    """Negative, or beyond what can be counted. Fields: `what`, `index`, `name`, `value`."""

    code = "wrong_number"
    words = Words("Сан теріс немесе тым үлкен", "Число отрицательно или слишком велико",
                  "The number is negative or too large")
