import type { PoolMemory } from '../model/pool';
import type { Owner } from '../persist/owner';
import type { Clock } from '../ports/clock';
import type { RunnerService } from '../ports/runnerService';
import type { ScaleSet } from '../ports/scaleSet';
import type { StateStore } from '../ports/stateStore';
import type { Surroundings } from '../ports/surroundings';
import type { PoolSettings } from '../settings/settings';
import { checkAzure } from './azure';
import { checkClocks } from './clocks';
import { checkGroup, checkMatches, checkPlatformLimit } from './group';
import { good, unsure, type CheckItem } from './item';
import { checkStorage } from './storage';
import { checkWrite } from './write';

export interface CheckPorts {
  readonly runners: RunnerService;
  readonly scaleSet: ScaleSet;
  readonly surroundings: Surroundings;
  readonly store: StateStore;
  readonly clock: Clock;
  /** Of the pool's entity; undefined before the first start, and from the command line. */
  readonly memory: PoolMemory | undefined;
  /** Undefined from the command line, which owns no scale set. */
  readonly me: Owner | undefined;
}

export interface CheckOptions {
  /** Prove the right to write the capacity by writing today's again. */
  readonly write: boolean;
}

/**
 * The preflight of one pool: settings, StackGuardian, identity, scale set, what else writes to it, storage, clocks. Reads; writes one small
 * blob and takes it away again, and today's capacity over itself where asked to. One item that fails keeps no other from being looked at.
 */
export async function check(ports: CheckPorts, settings: PoolSettings, options: CheckOptions): Promise<readonly CheckItem[]> {
  const group = await checkGroup(ports, settings);
  const azure = await checkAzure(ports, settings);
  const storage = await checkStorage(ports, settings, azure.state);
  return [
    good('settings', `The settings of pool "${settings.pool}" are complete (version ${settings.version}).`),
    ...settings.warnings.map((text) => unsure('settings-warning', text, 'Change it, or know why it is so.')),
    ...group.items,
    ...azure.items,
    ...checkPlatformLimit(settings, group.group),
    ...checkMatches(group.group, azure.instances),
    ...storage,
    ...checkClocks(ports, group.times),
    ...(options.write ? [await checkWrite(ports, azure)] : []),
  ];
}
