// A generator's journey by the generated TypeScript client. argv: the client's module, address, token, request as JSON.
import { randomUUID } from "node:crypto";

const [module, basePath, accessToken, asked] = process.argv.slice(2);
const house = await import(module);
const wire = new house.Configuration({ basePath, accessToken });
const pickups = new house.PickupApi(wire);
const sync = new house.SyncApi(wire);

const key = randomUUID();
const pickupFormRequest = house.PickupFormRequestFromJSON(JSON.parse(asked));
const made = await pickups.submitPickup({ idempotencyKey: key, pickupFormRequest });
const again = await pickups.submitPickup({ idempotencyKey: key, pickupFormRequest });
if (again.id !== made.id) throw new Error("two pickups under one key");
const seen = await pickups.readPickupRaw({ pickupId: made.id });
const listed = await pickups.listPickups({ limit: 10 });
if (listed.items.length !== 1 || listed.items[0].id !== made.id) throw new Error("not listed");
const cancelled = await pickups.cancelPickup({
  idempotencyKey: randomUUID(), ifMatch: seen.raw.headers.get("ETag"), pickupId: made.id,
  cancelFormRequest: { reason: "mistake" },
});
const told = await sync.followSync();
let refused = "";
try {
  await pickups.readPickup({ pickupId: randomUUID() });
} catch (error) {
  refused = (await error.response.json()).code;
}
console.log(JSON.stringify({ id: made.id, state: cancelled.state, synced: told.pickups.map((one) => one.id), refused }));
