import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createStage, type Stage } from '../../src/local/simulate/stage';
import type { WorldFaults } from '../../src/local/world/faults';
import { actionOf, authorizationFailed, sameAction } from './armActions';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface RoleActions {
  readonly actions: readonly { readonly action: string; readonly why: string }[];
  readonly linkedActions: readonly { readonly action: string; readonly why: string }[];
  readonly dataRoles: readonly { readonly role: string; readonly scope: string; readonly why: string }[];
}

const file = JSON.parse(readFileSync('infra/role-actions.json', 'utf8')) as RoleActions;

interface Run {
  readonly mode: 'Uniform' | 'Flexible';
  readonly faults?: WorldFaults;
  readonly onAction?: (action: string) => void;
  readonly onLine?: (message: string) => void;
}

const ask = async (stage: Stage, path: string, body?: unknown): Promise<void> => {
  const asked = stage.app.request('POST', path, body);
  await stage.runUntil(stage.clock.now() + 2 * MINUTE);
  await asked;
};

/** Everything that the app does to Azure: growth, protection, drains and deletes, a ghost looked at, the preflight. */
async function live({ mode, faults, onAction, onLine }: Run): Promise<void> {
  const stage = await createStage({
    seed: 11,
    pools: [{ name: 'default', mode, initialRunners: 3 }],
    settings: { MIN_RUNNERS: '2', MAX_RUNNERS: '8', SCALE_IN_STEP: '2' },
    ...(faults === undefined ? {} : { worldFaults: faults }),
    onRequest: (service, request) => {
      if (service === 'azure') onAction?.(actionOf(request));
    },
    onLog: ({ message }) => onLine?.(message),
  });
  try {
    stage.world.addJobs(Array.from({ length: 6 }, (_, index) => ({ arrivalSeconds: 300 + index, durationSeconds: 900 })));
    await stage.runUntil(stage.startedAt + 2 * HOUR);
    const [pool] = stage.world.pools;
    stage.world.mishaps().evict([...(pool?.vms.values() ?? [])][0]?.vmId ?? '');
    await stage.runUntil(stage.startedAt + 3 * HOUR);
    await ask(stage, 'pools/default/check?write=true');
  } finally {
    await stage.stop();
  }
}

test('the role lists exactly the actions of the calls that the app makes', async () => {
  const called = new Set<string>();
  for (const mode of ['Uniform', 'Flexible'] as const) await live({ mode, onAction: (action) => called.add(action.toLowerCase()) });
  expect([...called].sort()).toEqual(file.actions.map(({ action }) => action.toLowerCase()).sort());
});

const SCALE_SETS = 'Microsoft.Compute/virtualMachineScaleSets';
const GROUP = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-of-some-length';

/** The check alone, or only a comfort: told by the check, and the list of VMs tells how an operation ended. */
const SILENT = [
  'Microsoft.Compute/locations/operations/read',
  'Microsoft.Insights/autoscaleSettings/read',
  'Microsoft.StandbyPool/standbyVirtualMachinePools/read',
];

test.each(file.actions.map(({ action }) => action).filter((action) => !SILENT.includes(action)))(
  'without %s the log names the action and the command that grants it',
  async (action) => {
    const lines: string[] = [];
    const scope = `${GROUP}/providers/${SCALE_SETS}/vmss-of-runners-in-production/virtualMachines/1234`;
    const mode = action.startsWith('Microsoft.Compute/virtualMachines/') ? 'Flexible' : 'Uniform';
    const faults: WorldFaults = {
      onRequest: (service, request) =>
        service === 'azure' && sameAction(actionOf(request), action) ? authorizationFailed(action, scope) : undefined,
    };
    await live({ mode, faults, onLine: (line) => lines.push(line) });
    const telling = lines.filter((line) => line.startsWith('{') && line.includes(action) && line.includes('az role assignment create'));
    expect(telling.length).toBeGreaterThan(0);
    expect(telling[0]).toContain(`--scope ${GROUP}`);
  },
);

test.each(SILENT)('without %s the loop goes on', async (action) => {
  const lines: string[] = [];
  const faults: WorldFaults = {
    onRequest: (service, request) =>
      service === 'azure' && sameAction(actionOf(request), action) ? authorizationFailed(action, GROUP) : undefined,
  };
  await live({ mode: 'Uniform', faults, onLine: (line) => lines.push(line) });
  const ticks = lines.filter((line) => line.includes('"event":"tick"'));
  expect(ticks.length).toBeGreaterThan(100);
  expect(ticks.filter((line) => line.includes('"rule":"hold/azure'))).toEqual([]);
});

test('each entry says why, and no action stands in both lists', () => {
  const all = [...file.actions, ...file.linkedActions];
  for (const { action, why } of all) {
    expect(action).toMatch(/^Microsoft\.\w+(\/\w+)+$/);
    expect(why.length).toBeGreaterThan(10);
  }
  expect(new Set(all.map(({ action }) => action.toLowerCase())).size).toBe(all.length);
  expect(file.dataRoles.map(({ role }) => role)).toEqual([
    'Storage Blob Data Owner',
    'Storage Queue Data Contributor',
    'Storage Table Data Contributor',
    'Storage Blob Data Contributor',
  ]);
});
