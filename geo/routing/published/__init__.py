"""The published benchmark instances of vehicle routing: their two text formats, their roundings, their solution format."""

from .instance import ROUNDINGS, Instance, UnreadableInstance, answer, convention, cost, problem
from .reading import read

__all__ = ["ROUNDINGS", "Instance", "UnreadableInstance", "answer", "convention", "cost", "problem", "read"]
