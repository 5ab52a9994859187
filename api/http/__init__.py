"""The door's woodwork: how a request becomes plain values and a result becomes a reply.

Writing an endpoint (`api/v1/<area>/views.py`)
----------------------------------------------
A view is a `views.HouseView`: it names its action (a row of `collection.accounts.rights.ACTIONS`), the serializers that
read its input, and the serializers that describe its output; then it parses, makes one call and renders::

    class Pickups(HouseView):
        actions = {"GET": "pickup.read", "POST": "pickup.submit"}
        queries = {"GET": PickupFilter}            # pagination.PageQuery or fields.StrictQuery: query parameters
        bodies = {"POST": PickupForm}              # fields.StrictSerializer: the JSON body
        replies = {"GET": PickupPage, "POST": PickupReply}   # fields.Reply serializers: the schema only
        statuses = {"POST": 201}                   # 200 where nothing is said

        def get(self, request: Request) -> HttpResponse:
            asked = self.query()                                    # a dict of checked values
            page = Page.of(request, asked)                          # reads `limit` and `cursor`
            found = pickups_of(request.actor, state=asked.get("state"), after=page.after, limit=page.limit + 1)
            return reply(page.answer(found, position=lambda one: (one.submitted_at, one.id), render=pickup_json))

        def post(self, request: Request) -> HttpResponse:
            asked = self.body()
            return write(request, lambda actor, at: submit_pickup(actor=actor, at=at, **asked), render=pickup_json,
                         status=201)

    class Pickup(HouseView):
        actions = {"GET": "pickup.read", "PATCH": "pickup.update"}
        ...
        def get(self, request: Request, pickup_id: UUID) -> HttpResponse:
            found = pickup_of(request.actor, pickup_id)             # raises NotFound for a stranger's
            return reply(pickup_json(found), request=request, version=found.version)   # ETag, 304

        def patch(self, request: Request, pickup_id: UUID) -> HttpResponse:
            asked, version = self.body(), if_match(request)     # 428 missing, 412 wrong; the verb: StaleVersion
            return write(request, lambda actor, at: amend_pickup(actor=actor, at=at, pickup_id=pickup_id,
                                                                 version=version, **asked), render=pickup_json)

- `request.actor` is the `kernel.actor.Actor`; `request.language` is kk, ru or en; `request.request_id` the trace.
- `write` opens the one transaction, demands `Idempotency-Key` on POST, gives the verb `at`, stores the reply with the
  key. A verb that *raises* a Refusal leaves nothing behind; one that *returns* a Refusal keeps what it wrote (a counted
  wrong code) and is answered with the same problem. `secret=True`: the reply holds tokens and is never stored.
- Nothing here or in a view turns an error into a number: raise refusals; `problems.py` alone knows status numbers.
- A body is optional only where `bodies` names none; then an absent body or `{}` is accepted and anything else refused.
- A dict with a `version` gets an ETag by itself in `write`.
- Money, masses and ids leave as they are: ints, UUIDs and aware datetimes are rendered by orjson ("Z", canonical).
- Routes: `path("pickups/<uuid:pickup_id>", Pickup.as_view(), name="pickup")` without a trailing slash; the name is the
  idempotency scope and must be unique.
- Operation ids come from the action: pickup.submit -> submitPickup, pickup.read -> readPickup (listPickups when the
  view is paged); say `operation_ids = {"GET": "listOwnPickups"}` where two routes would share one.
"""
