"""Corrections after sealing: proposed by one party, shown in money, made with everybody's consent."""
