"""Taking over a running programme: CSV files become contractors, contracts, generators, open loads and paid months.

| module | does |
| --- | --- |
| `table` | one file: its columns, its rows with their lines, and every cell that cannot be read |
| `files` | which files there are, in the order they are taken, and what each one's rows become |
| `taking` | all files, all or nothing, every row's error; what was taken before is left alone |
| `single` | one file over HTTP: contracts and tariffs that wait for a second person, a scale-house's journal |
"""
