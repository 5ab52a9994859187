"""Requests from a file of elsewhere, fed through the API as telephones would: `manage.py replay_requests`.

A client of the house, not a part of it: it speaks HTTP and knows no room. A mapping (JSON) says how to read the file.

    checks    a JSON document read strictly: every defect, in words, at its pointer
    mapping   the mapping and its rules
    places    coordinates of there become coordinates of here
    rows      the file, row by row: a request to send, or a refusal with its reason
    ids       what makes a second run send nothing twice
    sender    the API as one patient, paced sender sees it
    feeding   generators, sites and requests, in the file's order
    report    what became of every row
"""
