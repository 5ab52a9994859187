"""A cellar: geometry and places. It knows no waste and no people.

| asked | answered by |
| --- | --- |
| which region and district is this point in | `regions.locate`, `regions.locate_many` |
| where is a place of this name | `gazetteer.read` |
| the point of an address, if a geocoder is configured | `geocoding` |
| how far is it | `distance` |

The reference tables are filled from `data/` by `manage.py load_reference` and by nothing else.
"""
