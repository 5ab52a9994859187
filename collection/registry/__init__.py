"""Who and what exists: generators and their sites; contractors' bases and vehicles; recyclers' facilities and scales.

The point of a site, base or facility is resolved once, here, to its region, district and KATO code; every other room
reads the codes and never a polygon. A point outside the country is refused, up to 3 km outside it is `approximate`.
"""
