"""What happened to the kilograms: hand-over, weighing, receipt, refusal, batches.

| consignment state | next | moved by | sealed here |
| --- | --- | --- | --- |
| loaded | weighed | scale operator or driver | transport sheet (with the generator's hand-over code, if a pickup) |
| weighed | delivered | driver | ticket: gross, tare, net -> fact `collected` |
| delivered | received, returned | recycler | receipt: accepted, refused, reason -> fact `received` |
| received | processed | recycler | batch: input = product + by-products + loss -> fact `recycled` |
| returned, processed | | | the end |

After sealing nothing is edited: `correct` (of a received or processed load) appends the reversal of each fact and its next
edition, dated on the day of the correction; the receipt stays as it was signed. What leaves a plant is a `Sale`, and
selling more than was made is written down too: the balance then blocks the plant's claim.

This room knows nothing about money. A sealed fact is one append-only row of `Fact`; money, statistics and balances are
all read from it. Every verb here takes a list: one load over HTTP and two thousand in a replay run the same code, so the
bulk form cannot drift from the single one. Gross below tare and more than 40 t by road are refused; an expired
calibration or a load above the vehicle's payload is accepted and held by payouts.
"""
