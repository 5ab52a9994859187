"""Routes of one day: who drives where, in which order and when. It knows no waste and no people.

    plan(Problem(metres, seconds, stops, shipments, vehicles), seconds=0.3, seed=1) -> Plan

`base` says what is asked and answered, `refusals` which problems are refused; `checker` judges a plan without trusting
the planner. The search is PyVRP's (hybrid local search, Wouda, Lan and Kool 2024); what it lacks is done around it.
"""

from .planner import plan

__all__ = ["plan"]
