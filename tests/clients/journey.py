"""A generator's journey by the generated Python client; run by the clients' own Python. argv: address, token, request as JSON."""

import json
import sys
import uuid

import collection_client as house

address, token, asked = sys.argv[1:]
with house.ApiClient(house.Configuration(host=address, access_token=token)) as wire:
    pickups, sync = house.PickupApi(wire), house.SyncApi(wire)
    key, form = uuid.uuid4(), house.PickupFormRequest.from_dict(json.loads(asked))
    made = pickups.submit_pickup(key, form)
    assert pickups.submit_pickup(key, form).id == made.id
    seen = pickups.read_pickup_with_http_info(made.id)
    assert [one.id for one in pickups.list_pickups(limit=10).items] == [made.id]
    cancelled = pickups.cancel_pickup(uuid.uuid4(), seen.headers["ETag"], made.id, house.CancelFormRequest(reason="mistake"))
    told = sync.follow_sync()
    try:
        pickups.read_pickup(uuid.uuid4())
        refused = ""
    except house.exceptions.NotFoundException as unknown:
        refused = json.loads(unknown.body)["code"]
    print(json.dumps({"id": str(made.id), "state": cancelled.state, "synced": [str(one.id) for one in told.pickups],
                      "refused": refused}))
