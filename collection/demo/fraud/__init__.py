"""A fraud set: an honest programme, as dirty as life, and labelled cases planted into it.

Honest and planted loads go the same way, through the operations; only `Planted` knows which are which. The rules cannot
read it: they are pure functions of `LineFacts`, and no room below imports or queries this one (A2; a test looks for the
table's name).
"""
