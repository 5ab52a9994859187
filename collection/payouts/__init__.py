"""Money: a pure function of sealed facts and dated tariffs, kept in an append-only double-entry ledger.

| claim state | next | moved by |
| --- | --- | --- |
| draft | submitted | contractor, with act and e-invoice number |
| submitted | verified, returned | rules, then the inspector |
| returned | submitted | contractor |
| verified | approved, queued, rejected | finance, never the person who verified |
| queued | approved | when the ceiling or cap has room again, in order |
| approved | registered | finance, into a register |
| verified, queued, approved | returned | an inspection of one of its loads failed |
| registered | paid, approved | the bank's result (rejected: back to approved, paid again under a new order) |
| paid, rejected | | the end |

Preparing a claim closes the contract's month: what is sealed, corrected or freed of its holds later is claimed with the
next one. `ledger.py` alone writes the ledger; `rating.py` prices a fact, and `queries.recompute_check` prices all of them
again. What holds, blocks or marks is a rule of `rules.py`.

One accrual line = one sealed fact x one stage: coefficient x index x grams, rounded once. A stage without a rate has no
line: not payable is not the same as paid zero. A line with an open hold is not claimed until the hold is lifted.
"""
