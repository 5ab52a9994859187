"""What is collected, in the programme's words and the classifier's.

| noun | what it is | how many |
| --- | --- | --- |
| Category | what a person chooses and what a tariff pays for | 9 |
| WasteCode | six digits of the classifier; hazardous ones are printed with `*` | 842 |
| Stream | a grouping of the codes EcoQolday names, in three groups: packaging, auto components, e-waste | 20 |
| CategoryCode | which codes may stand on the papers of a category; one code may serve two (tyres, oversize tyres) | a committed table |
| UnuKey | the United Nations University's product keys, in which e-waste is reported | 54 |

A code without a category may be collected but is never payable. The room has no lifecycle: its rows are reference
data, loaded from `data/` by `manage.py load_reference`, and change only with those files.
"""
