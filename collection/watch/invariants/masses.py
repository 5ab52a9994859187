"""I5: tonnes are conserved, in integer grams, from the ticket to the sale."""

from __future__ import annotations

from .check import Invariant, every, sql

_MASS = "coalesce(load.part_g, weighing.net_g)"
_LOADS = """FROM custody_consignment load LEFT JOIN custody_weighing weighing ON weighing.consignment_id = load.source_id"""

MASSES = (
    Invariant("I5", "Tonnes are conserved", (
        sql("accepted and refused are the net of the ticket",
            every("custody_receipt"), f"""
            SELECT load.id {_LOADS} JOIN custody_receipt receipt ON receipt.consignment_id = load.id
            WHERE receipt.accepted_g + receipt.refused_g IS DISTINCT FROM {_MASS}"""),
        sql("sealed facts add up to the last edition of what was accepted",
            every("custody_fact", "measure = 'received'"), """
            SELECT receipt.consignment_id AS id FROM custody_receipt receipt
            LEFT JOIN LATERAL (SELECT accepted_g FROM custody_correction WHERE consignment_id = receipt.consignment_id
                               ORDER BY edition DESC LIMIT 1) AS corrected ON true
            WHERE coalesce(corrected.accepted_g, receipt.accepted_g) <> (
                SELECT coalesce(sum(grams), 0) FROM custody_fact
                WHERE consignment_id = receipt.consignment_id AND measure = 'received')"""),
        sql("parts and what was lost are the load that was divided",
            every("custody_division"), f"""
            SELECT load.id {_LOADS} JOIN custody_division division ON division.consignment_id = load.id
            WHERE {_MASS} <> division.lost_g + (SELECT coalesce(sum(part_g), 0) FROM custody_consignment part
                                                WHERE part.parent_id = load.id)"""),
        sql("a grouping is its members, a stay its load",
            every("custody_grouping"), f"""
            SELECT whole.id FROM custody_grouping whole WHERE whole.mass_g <> (
                SELECT coalesce(sum(mass_g), 0) FROM custody_groupingmember WHERE grouping_id = whole.id)
            UNION ALL
            SELECT stay.id {_LOADS} JOIN custody_stay stay ON stay.consignment_id = load.id WHERE stay.mass_g <> {_MASS}"""),
        sql("a batch is its inputs, and product, by-product and loss are the batch",
            every("custody_batch"), """
            SELECT batch.id FROM custody_batch batch WHERE batch.input_g <> batch.product_g + batch.byproduct_g + batch.loss_g
               OR batch.input_g <> (SELECT coalesce(sum(mass_g), 0) FROM custody_batchinput WHERE batch_id = batch.id)"""),
        sql("no more was sold of a batch than it made",
            every("custody_salelot"), """
            SELECT batch.id FROM custody_batch batch JOIN custody_salelot lot ON lot.batch_id = batch.id
            GROUP BY batch.id HAVING sum(lot.mass_g) > max(batch.product_g + batch.byproduct_g)"""),
        sql("a reversal takes back exactly what it reverses",
            every("custody_fact", "reversal_of_id IS NOT NULL"), """
            SELECT fact.id::text AS id FROM custody_fact fact JOIN custody_fact old ON old.id = fact.reversal_of_id
            WHERE fact.grams <> -old.grams OR fact.consignment_id <> old.consignment_id OR fact.measure <> old.measure"""),
        sql("never more was collected, received or recycled of a load than was weighed",
            every("custody_consignment", "state NOT IN ('loaded', 'split')"), f"""
            SELECT load.id {_LOADS} JOIN custody_fact fact ON fact.consignment_id = load.id
            GROUP BY load.id, fact.measure, {_MASS} HAVING sum(fact.grams) > {_MASS} OR sum(fact.grams) < 0"""),
    )),
)
