"""Places by the words people use for them, in Kazakh, Russian and English, without asking anybody.

| question | answered by |
| --- | --- |
| what do two spellings agree on | `spelling.normal`, and coarser `spelling.sound` |
| what do the words around a name say | `words`; `parts` takes a text to its names by them |
| which units are there, and where | `known.gazetteer()`, made by `building` of the reference tables, once per process |
| which units do the names mean together | `matching`: by sound, then by one typo (`typos`) |
| what does this text mean | `reading.read(text, region=None)`: one unit with its precision, or *ambiguous* with the choices |

A confident wrong answer is worse than a coarse one: a village that is not known gives its district, namesakes give their
common parent.
"""

from .known import gazetteer, nearest
from .reading import Answer, read
from .spelling import normal
from .units import Unit

__all__ = ["Answer", "Unit", "gazetteer", "nearest", "normal", "read"]
