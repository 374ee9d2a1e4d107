import { ServiceError } from '../errors';
import { MachineIndex } from '../poll/identity';
import type { RunnerGroup } from '../ports/runnerService';
import type { Instance } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import type { CheckPorts } from './check';
import { bad, failed, good, unsure, type CheckItem } from './item';

const TYPES = ['external', 'shared-external'];

export interface GroupChecked {
  readonly items: readonly CheckItem[];
  readonly group: RunnerGroup | undefined;
  readonly times: { readonly told: number; readonly at: number } | undefined;
}

/** Key, organization, group and its type. */
export async function checkGroup(ports: CheckPorts, settings: PoolSettings): Promise<GroupChecked> {
  let group: RunnerGroup;
  try {
    group = await ports.runners.readGroup();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const name = error.code === 'sg-unauthorized' || error.code === 'sg-forbidden' ? 'stackguardian-key' : 'runner-group';
    return { items: [failed(name, error)], group: undefined, times: undefined };
  }
  const { sgRunnerGroup, sgOrg, sgRunnerType, apiKeyFrom } = settings;
  const listed = group.runners?.length ?? 0;
  const items = [
    good('stackguardian-key', `StackGuardian takes the key in ${apiKeyFrom}.`),
    good(
      'runner-group',
      `Runner group "${sgRunnerGroup}" of "${sgOrg}": ${listed} runners, ${group.queued} queued, ${group.pending ?? 'unknown'} pending.`,
    ),
    typeOf(group.type, sgRunnerType),
  ];
  const times = group.serverTime === undefined ? undefined : { told: group.serverTime, at: ports.clock.now() };
  return { items, group, times };
}

function typeOf(told: string | undefined, wanted: string): CheckItem {
  const type = told?.toLowerCase();
  if (type === undefined || !TYPES.includes(type))
    return unsure(
      'runner-type',
      `StackGuardian does not tell the type of the group; SG_RUNNER_TYPE says ${wanted}.`,
      'Compare it with the group in StackGuardian.',
    );
  if (type === wanted) return good('runner-type', `The group is of type ${type}, as SG_RUNNER_TYPE says.`);
  return bad(
    'runner-type',
    `The group is of type ${type}, SG_RUNNER_TYPE says ${wanted}.`,
    `Set SG_RUNNER_TYPE=${type}, or name another group in SG_RUNNER_GROUP.`,
  );
}

/** MAX_RUNNERS beside MaxNumberOfRunners, which the platform enforces at registration. */
export function checkPlatformLimit({ maxRunners, minRunners }: PoolSettings, group: RunnerGroup | undefined): readonly CheckItem[] {
  const limit = group?.maxRunners;
  if (limit === undefined) return [];
  const next = 'Raise MaxNumberOfRunners of the group in StackGuardian, or lower the setting.';
  if (minRunners > limit)
    return [bad('platform-limit', `MIN_RUNNERS ${minRunners} is above the ${limit} runners that the group may have.`, next)];
  if (maxRunners !== undefined && maxRunners > limit)
    return [bad('platform-limit', `MAX_RUNNERS ${maxRunners} is above the ${limit} runners that the group may have.`, next)];
  return [good('platform-limit', `The group may have ${limit} runners.`)];
}

const MOST_NAMES = 5;

/** Runners that match no VM: of another fleet in this group, or their computer names differ from what Azure says. */
export function checkMatches(group: RunnerGroup | undefined, instances: readonly Instance[] | undefined): readonly CheckItem[] {
  const runners = group?.runners;
  if (runners === undefined || instances === undefined) return [];
  const machines = new MachineIndex<Instance>();
  for (const instance of instances) machines.add(instance.computerName, instance);
  const foreign = runners.filter((runner) => machines.find(runner.computerName).length === 0);
  if (foreign.length === 0) return [good('runners-match', `Each of the ${runners.length} runners is a VM of the scale set.`)];
  const names = foreign.slice(0, MOST_NAMES).map((runner) => `${runner.runnerId} (${runner.computerName ?? 'no computer name'})`);
  return [
    bad(
      'runners-match',
      `${foreign.length} of ${runners.length} runners match no VM of the scale set: ${names.join(', ')}.`,
      'Check AZURE_VMSS_NAME and SG_RUNNER_GROUP; machines of another kind belong in a group of their own, dead entries may be forgotten.',
    ),
  ];
}
