"""What happened to the kilograms: hand-over, weighing, receipt, refusal, batches.

| consignment state | next | moved by | sealed here |
| --- | --- | --- | --- |
| loaded | weighed | scale operator or driver | transport sheet (with the generator's hand-over code, if a pickup) |
| weighed | delivered | driver | ticket: gross, tare, net -> fact `collected` |
| delivered | received, returned | recycler | receipt: accepted, refused, reason -> fact `received` |
| received | processed | recycler | batch: input = product + by-products + loss -> fact `recycled` |
| returned, processed | | | the end |

This room knows nothing about money. A sealed fact is one append-only row of `Fact`; money, statistics and balances are
all read from it. Every verb here takes a list: one load over HTTP and two thousand in a replay run the same code, so the
bulk form cannot drift from the single one. Gross below tare and more than 40 t by road are refused; an expired
calibration or a load above the vehicle's payload is accepted and held by payouts.
"""
