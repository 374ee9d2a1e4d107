import { ServiceError } from '../errors';
import type { Instance, ScaleSetState } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import type { CheckPorts } from './check';
import { bad, failed, good, unsure, type CheckItem } from './item';

export interface AzureChecked {
  readonly items: readonly CheckItem[];
  readonly state: ScaleSetState | undefined;
  readonly instances: readonly Instance[] | undefined;
}

/** Identity, scale set, its VMs, its traits, and who else writes to it. */
export async function checkAzure(ports: CheckPorts, settings: PoolSettings): Promise<AzureChecked> {
  let state: ScaleSetState;
  try {
    state = await ports.scaleSet.readState();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code === 'azure-unauthorized') return { items: [failed('identity', error)], state: undefined, instances: undefined };
    return { items: [good('identity', 'Azure accepts the identity.'), failed('scale-set', error)], state: undefined, instances: undefined };
  }
  const { capacity, mode, limit } = state;
  const items: CheckItem[] = [
    good('identity', 'Azure accepts the identity.'),
    good('scale-set', `Scale set "${settings.vmssName}": ${mode}, capacity ${capacity}, holds at most ${limit} VMs.`),
  ];
  const instances = await listed(ports, state, items);
  items.push(maximum(settings, limit), ...traits(state), protection(settings, state, instances));
  items.push(await beside('autoscale', () => ports.surroundings.autoscaleSettings(), AUTOSCALE));
  items.push(await beside('standby-pool', () => ports.surroundings.standbyPools(), STANDBY));
  return { items, state, instances };
}

async function listed(ports: CheckPorts, state: ScaleSetState, items: CheckItem[]): Promise<readonly Instance[] | undefined> {
  try {
    const instances = await ports.scaleSet.listInstances(state);
    const nameless = instances.filter((instance) => instance.computerName === undefined).length;
    items.push(
      nameless === 0
        ? good('instances', `${instances.length} VMs are listed, each with its computer name.`)
        : bad(
            'instances',
            `${nameless} of ${instances.length} VMs have no readable computer name: they are never judged or deleted.`,
            'Look at these VMs in Azure; a VM in creation has its name within minutes.',
          ),
    );
    return instances;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    items.push(failed('instances', error));
    return undefined;
  }
}

function maximum({ maxRunners, minRunners }: PoolSettings, limit: number): CheckItem {
  const next = 'Lower the setting, or change the scale set: singlePlacementGroup=false holds 1,000 VMs, 600 from a custom image.';
  if (minRunners > limit) return bad('maximum', `MIN_RUNNERS ${minRunners} is above the ${limit} VMs that the scale set can hold.`, next);
  if (maxRunners === undefined)
    return unsure(
      'maximum',
      `MAX_RUNNERS is not set: the fleet may grow to ${limit} VMs.`,
      'Set MAX_RUNNERS to what you are ready to pay for.',
    );
  if (maxRunners > limit) return bad('maximum', `MAX_RUNNERS ${maxRunners} is above the ${limit} VMs that the scale set can hold.`, next);
  return good('maximum', `MAX_RUNNERS ${maxRunners} fits into the ${limit} VMs that the scale set can hold.`);
}

/** What each trait of a scale set does to a fleet of runners, and the command that ends it. */
const TRAITS: readonly { readonly trait: string; readonly name: string; readonly text: string; readonly next: string }[] = [
  {
    trait: 'overprovision',
    name: 'overprovisioning',
    text: 'Overprovisioning is on: Azure makes more VMs than ordered and takes some away again, which may have registered.',
    next: 'az vmss update -g <resource group> -n <scale set> --set overprovision=false',
  },
  {
    trait: 'zoneBalance',
    name: 'zone-balance',
    text: 'Strict zone balance is on: Azure refuses growth that it cannot spread evenly, and may move VMs.',
    next: 'az vmss update -g <resource group> -n <scale set> --set zoneBalance=false',
  },
  {
    trait: 'automaticRepairs',
    name: 'automatic-repairs',
    text: 'Automatic repairs are on: Azure replaces VMs that it finds unhealthy, busy or not.',
    next: 'az vmss update -g <resource group> -n <scale set> --enable-automatic-repairs false',
  },
  {
    trait: 'automaticUpgrade',
    name: 'automatic-upgrades',
    text: 'Upgrades are not manual: Azure reimages or restarts VMs under running jobs.',
    next: 'az vmss update -g <resource group> -n <scale set> --set upgradePolicy.mode=Manual upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade=false',
  },
  {
    trait: 'spot',
    name: 'spot',
    text: 'The VMs are Spot VMs: Azure evicts them within 30 seconds, jobs and all.',
    next: 'Use regular VMs for jobs that change infrastructure; nothing else protects them.',
  },
];

const traits = ({ surprises }: ScaleSetState): CheckItem[] =>
  TRAITS.map(({ trait, name, text, next }) => (surprises.includes(trait) ? bad(name, text, next) : good(name, 'Not on.')));

function protection({ protectInstances }: PoolSettings, { mode }: ScaleSetState, instances: readonly Instance[] | undefined): CheckItem {
  if (mode === 'Flexible')
    return unsure(
      'scale-in-protection',
      'Flexible scale sets have no protection from scale-in: whoever lowers the capacity kills the oldest VMs.',
      'Let nobody else write the capacity (Terraform: ignore_changes); a CanNotDelete lock would stop us too.',
    );
  if (!protectInstances)
    return unsure(
      'scale-in-protection',
      'PROTECT_INSTANCES is false: whoever lowers the capacity may kill busy VMs.',
      'Set PROTECT_INSTANCES=true, or let nobody else write the capacity.',
    );
  const on = (instances ?? []).filter((instance) => instance.scaleInProtection === 'on').length;
  return good(
    'scale-in-protection',
    `${on} of ${instances?.length ?? 0} VMs are protected from scale-in; registered ones are, a few each tick.`,
  );
}

interface Beside {
  readonly none: string;
  readonly found: (names: string) => string;
  readonly next: string;
  readonly right: string;
}

const AUTOSCALE: Beside = {
  none: 'No autoscale settings target the scale set.',
  found: (names) => `Autoscale settings write the capacity too: ${names}.`,
  next: 'az monitor autoscale delete -g <resource group> -n <name>, or take the scale set out of them.',
  right: 'Microsoft.Insights/autoscaleSettings/read',
};

const STANDBY: Beside = {
  none: 'No standby pool is attached to the scale set.',
  found: (names) => `A standby pool feeds the scale set with VMs made before: ${names}; they may register late, early or twice.`,
  next: 'az standby-vm-pool delete -g <resource group> -n <name>',
  right: 'Microsoft.StandbyPool/standbyVirtualMachinePools/read',
};

async function beside(name: string, read: () => Promise<readonly string[] | undefined>, words: Beside): Promise<CheckItem> {
  try {
    const names = await read();
    if (names === undefined)
      return unsure(
        name,
        `Cannot tell: the identity may not read this.`,
        `Grant ${words.right} on the resource group; only this check needs it.`,
      );
    return names.length === 0 ? good(name, words.none) : bad(name, words.found(names.join(', ')), words.next);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return unsure(name, `Cannot tell: ${error.message}`, 'Ask again in a minute.');
  }
}
