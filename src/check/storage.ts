import { ServiceError } from '../errors';
import { BLOBS } from '../names';
import { formatTimestamp, parseTimestamp } from '../persist/cooldownBlobs';
import { checkOwner } from '../persist/owner';
import type { ScaleSetState } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import type { CheckPorts } from './check';
import { bad, failed, good, unsure, type CheckItem } from './item';

/** Container and rights by a small blob that comes and goes, the original's stamps, and who owns the scale set. */
export async function checkStorage(
  ports: CheckPorts,
  settings: PoolSettings,
  state: ScaleSetState | undefined,
): Promise<readonly CheckItem[]> {
  const { store, me, clock } = ports;
  try {
    const probe = BLOBS.probe(settings.pool);
    await store.write(probe, formatTimestamp(clock.now()));
    await store.read(probe);
    await store.delete(probe);
    const items = [good('storage', 'The container can be read and written.'), await otherAutoscaler(ports, settings)];
    if (state === undefined) return items;
    const owner = await checkOwner(store, state.uniqueId, me ?? { app: '', hub: '', version: '' }, clock.now());
    if (owner.mine) return [...items, good('owner', 'No other app owns the scale set.')];
    const text = `The scale set is owned by ${owner.owner}.`;
    if (me === undefined) return [...items, good('owner', text)];
    return [...items, bad('owner', text, 'Stop the loop there (POST stop), or wait ten minutes after it fell silent.')];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return [failed(error.code === 'store-not-found' ? 'container' : 'storage', error)];
  }
}

/** A stamp of the Python autoscaler younger than this says that it ran lately. */
const LATELY_MS = 3_600_000;

/** The original writes microseconds; a stamp of that hand after our own start means that it still runs. */
async function otherAutoscaler({ store, memory, clock }: CheckPorts, settings: PoolSettings): Promise<CheckItem> {
  const name = 'other-autoscaler';
  for (const blob of [settings.scaleOutBlob, settings.scaleInBlob]) {
    const text = (await store.read(blob))?.text.trim();
    const at = text === undefined ? undefined : parseTimestamp(text);
    if (at === undefined || text === formatTimestamp(at)) continue;
    const what = `The blob "${blob}" was stamped ${new Date(at).toISOString()} by another autoscaler`;
    const next = 'Stop the Python autoscaler: az functionapp stop -g <resource group> -n <its function app>';
    if (memory?.tick !== undefined && at > memory.bornAt) return bad(name, `${what}, while this one ran.`, next);
    if (clock.now() - at < LATELY_MS) return unsure(name, `${what}, within the last hour.`, `${next}, before this one starts.`);
  }
  return good(name, 'No other autoscaler writes the timestamp blobs.');
}
