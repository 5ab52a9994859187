"""Places by the words people use for them, in Kazakh, Russian and English, without asking anybody.

| question | answered by |
| --- | --- |
| what do two spellings agree on | `spelling.normal`, and coarser `spelling.sound` |
| which units are there, and where | `units.gazetteer()`: the classifier KATO with every point we know, read once per process |
| what does this text mean | `reading.read(text, region=None)`: one unit with its precision, or *ambiguous* with the choices |

A confident wrong answer is worse than a coarse one: a village that is not known gives its district, namesakes give their
common parent.
"""

from .reading import Answer, read
from .spelling import normal
from .units import Unit, gazetteer, nearest

__all__ = ["Answer", "Unit", "gazetteer", "nearest", "normal", "read"]
