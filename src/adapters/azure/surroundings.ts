import { ServiceError } from '../../errors';
import type { Clock } from '../../ports/clock';
import type { Surroundings } from '../../ports/surroundings';
import { createArm } from './arm';
import { READ_MS, within } from '../deadline';
import { toServiceError } from './errors';
import type { ScaleSetOptions } from './scaleSet';

const AUTOSCALE = { path: 'Microsoft.Insights/autoscalesettings', version: '2022-10-01', target: 'targetResourceUri' } as const;
const STANDBY = {
  path: 'Microsoft.StandbyPool/standbyVirtualMachinePools',
  version: '2025-03-01',
  target: 'attachedVirtualMachineScaleSetId',
} as const;

/** Pages of a resource group's list that are read at most: enough for thousands of settings. */
const MOST_PAGES = 20;

/** What else in the resource group writes to a scale set, by the same pipeline as all of Azure. Throws as a reading of the scale set does, but for 403 and 404. */
export function createSurroundings(options: ScaleSetOptions & { readonly clock: Clock }): Surroundings {
  const { subscriptionId, resourceGroup, vmssName, endpoint, clock } = options;
  const { plain } = createArm(options);
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroup)}`;
  const scaleSetId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${vmssName}`;
  let time: { told: number; at: number } | undefined;

  const get = async (url: string): Promise<{ status: number; body: unknown }> => {
    try {
      const answer = await within(READ_MS, async (abortSignal) => plain.pathUnchecked(url).get({ abortSignal }));
      const told = Date.parse(String(answer.headers['date'] ?? ''));
      if (!Number.isNaN(told)) time = { told, at: clock.now() };
      return { status: Number(answer.status), body: answer.body as unknown };
    } catch (error) {
      throw toServiceError(error, `resource group "${resourceGroup}"`);
    }
  };

  const attached = async ({ path, version, target }: typeof AUTOSCALE | typeof STANDBY): Promise<readonly string[] | undefined> => {
    const names: string[] = [];
    let url = `${endpoint}${group}/providers/${path}?api-version=${version}`;
    for (let page = 0; page < MOST_PAGES && url !== ''; page += 1) {
      const { status, body } = await get(url);
      // 403: no right. 404 and 409: the provider is not registered in this subscription, so nothing of it exists.
      if (status === 403) return undefined;
      if (status === 404 || status === 409) return [];
      if (status !== 200) throw new ServiceError('azure-unavailable', `Azure answered HTTP ${String(status)} for the list of ${path}.`);
      for (const item of listOf(body, 'value')) {
        const id = field(field(item, 'properties'), target);
        if (typeof id === 'string' && id.toLowerCase() === scaleSetId.toLowerCase()) names.push(String(field(item, 'name')));
      }
      const next = field(body, 'nextLink');
      url = typeof next === 'string' ? next : '';
    }
    return names;
  };

  return { autoscaleSettings: () => attached(AUTOSCALE), standbyPools: () => attached(STANDBY), serverTime: () => time };
}

const field = (from: unknown, key: string): unknown => (typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined);
const listOf = (from: unknown, key: string): readonly unknown[] => {
  const found = field(from, key);
  return Array.isArray(found) ? (found as unknown[]) : [];
};
