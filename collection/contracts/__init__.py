"""What was agreed: programmes, contracts, quotas, caps, and what a tonne is worth on a given day.

| contract state | step | by |
| --- | --- | --- |
| draft | approve -> active | finance, never the person who drew it up |
| active | suspend -> suspended, close -> closed | manager |
| suspended | resume -> active, close -> closed | manager |

A suspended, closed or expired contract gets no offers; its open papers are finished. Quota, cap and monthly capacity
are used up by append-only `Allotment` rows, written by dispatch, custody and payouts; eligibility reads only these.
Tariffs, the monthly index and VAT are dated rows: no two for one thing on one day, by exclusion constraint.
"""
