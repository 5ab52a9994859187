"""What is collected, in the programme's words and the classifier's.

| noun | what it is | how many |
| --- | --- | --- |
| Category | what a person chooses and what a tariff pays for | 9 |
| WasteCode | six digits of the classifier; hazardous ones are printed with `*` | 842 |
| Stream | a grouping of EcoQolday's codes, in three groups: packaging, auto components, e-waste | 20 |
| CategoryCode | a code that may stand on a category's papers; it may serve two (tyres, oversize tyres) | 29 |
| UnuKey | the United Nations University's product keys, in which e-waste is reported | 54 |

A code without a category may be collected but is never payable. The room has no lifecycle: its rows are reference
data, loaded from `data/` by `manage.py load_reference`, and change only with those files.
"""
