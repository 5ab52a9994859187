"""What happened to the kilograms: hand-over, weighing, storage, grouping, receipt, refusal, batches.

| consignment state | next | moved by | sealed here |
| --- | --- | --- | --- |
| loaded | weighed | scale operator or driver | transport sheet (with the generator's hand-over code, if a pickup) |
| weighed | delivered, stored, split, grouped | driver, collector | ticket: gross, tare, net -> fact `collected` |
| stored | split, grouped | collector | stay in a temporary store |
| grouped | delivered, stored | collector | grouping: one vehicle, one plant, each member its whole mass |
| delivered | received, returned | recycler | receipt: accepted, refused, reason -> fact `received` |
| received | processed | recycler | batch: input = product + by-products + loss -> fact `recycled` |
| split | | | division: parts (loads of their own) + loss with a reason = the load |
| returned | taken_back | driver | return: where to, and whether the generator's code said so; it closes the sheet |
| taken_back, processed | | | the end |

**A gram never loses its source.** A part keeps the load it was divided from, and with it ticket, place, origin and supply
date; a grouping is the sum of members that stay themselves. So receipts, facts, money and statistics of divided and grouped
loads need no rules of their own, and `queries.lineage` can say of every gram where it came from and where it went. Shares
of mixtures are rounded so that they add up exactly (`rules.py`). The database checks each sum at commit.

After sealing nothing is edited: a correction (of a received or processed load) is proposed, consented to by every party
(the operator where collector and recycler are one company), and appends the reversal of each fact and its next
edition, dated on the day of the correction; the receipt stays as it was signed. What leaves a plant is a `Sale`, and
selling more than was made is written down too: the balance then blocks the plant's claim.

A transport sheet is signed party by party: the generator with the hand-over code, the driver and the recycler by their
session, each of them also electronically (`eds`, asked outside any transaction). A signature is of what the rows hold, its
digest taken by the database; from then on the fields it is of do not change, whoever writes. Nothing is weighed before the
driver has signed. Every ticket makes a stock receipt order; incidents keep the hashes of their photos.

This room knows nothing about money. A sealed fact is one append-only row of `Fact`; money, statistics and balances are
all read from it. Every verb here takes a list: one load over HTTP and two thousand in a replay run the same code, so the
bulk form cannot drift from the single one. Gross below tare and more than 40 t by road are refused; an expired
calibration or a load above the vehicle's payload is accepted and held by payouts.
"""
