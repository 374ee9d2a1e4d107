import { describe, expect, test } from 'vitest';
import { createBench, type Bench } from '../../src/local/simulate/bench';
import { simulationClock } from '../../src/local/simulate/clock';
import type { Asked } from '../../src/local/simulate/invariants';
import type { Service, WorldAnswer } from '../../src/local/world/exchange';
import { createWorld, type World } from '../../src/local/world/world';
import type { Entry } from '../../src/local/world/state';

const START = Date.UTC(2025, 3, 7, 6);
const MINUTE = 60_000;

/** The world and its judges, and a hand that asks as a faulty app would. */
class Court {
  readonly bench: Bench = createBench(0, true);
  readonly clock = simulationClock(START);
  readonly world: World;
  private token = '';

  constructor() {
    this.world = createWorld({
      clock: this.clock,
      seed: 1,
      flags: { initialRunners: 3, acceptBusyDeregister: 1, stopSeconds: 30 },
      onEvent: (event) => this.bench.onEvent(event),
    });
    this.bench.sit(this.world, this.clock.now);
    this.bench.serve({ settings: () => ({ MIN_RUNNERS: '2', MAX_RUNNERS: '4' }) });
    while (this.clock.advance(START + 30 * MINUTE));
  }

  get pool() {
    const [pool] = this.world.pools;
    if (pool === undefined) throw new Error('no pool');
    return pool;
  }

  entry(at: number): Entry {
    const entry = [...this.pool.entries.values()][at];
    if (entry === undefined) throw new Error('no such runner');
    return entry;
  }

  /** A job on the first runner. */
  async employ(): Promise<void> {
    this.world.addJobs([{ arrivalSeconds: 0, durationSeconds: 600 }]);
    while (this.clock.advance(this.clock.now() + 5_000));
    await this.clock.idle();
  }

  async ask(
    service: Service,
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
    app = 0,
  ): Promise<WorldAnswer> {
    const settings = this.world.settings;
    if (this.token === '') {
      const answer = await this.world.handle('identity', {
        method: 'GET',
        url: '/msi/token?api-version=2019-08-01&resource=x',
        headers: { 'x-identity-header': settings['IDENTITY_HEADER'] },
      });
      this.token = (JSON.parse((answer as { body: string }).body) as { access_token: string }).access_token;
    }
    const authorization = service === 'azure' ? `Bearer ${this.token}` : `apikey ${settings['SG_API_KEY'] ?? ''}`;
    const request = { method, url, headers: { authorization, ...headers }, body: body === undefined ? undefined : JSON.stringify(body) };
    const asked: Asked = { service, request, app };
    this.bench.onRequest(asked);
    const answer = await this.world.handle(service, request);
    this.bench.onAnswer(asked, answer);
    return answer;
  }

  azure(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<WorldAnswer> {
    const { AZURE_SUBSCRIPTION_ID: subscription, AZURE_RESOURCE_GROUP_NAME: group } = this.world.settings;
    const root = `/subscriptions/${subscription ?? ''}/resourceGroups/${group ?? ''}/providers/Microsoft.Compute/virtualMachineScaleSets/runners`;
    return this.ask('azure', method, `${root}${path}?api-version=2024-07-01`, body, headers);
  }

  group(method: string, act: string, body?: unknown, app = 0): Promise<WorldAnswer> {
    return this.ask('stackguardian', method, `/api/v1/orgs/simulated-org/runnergroups/runners/${act}`, body, {}, app);
  }

  get broken(): readonly string[] {
    return [...new Set(this.bench.violations.map(({ invariant }) => invariant))];
  }
}

describe('the judges', () => {
  test.each<[string, string, (court: Court) => Promise<unknown>]>([
    [
      'I1',
      'a VM deleted with a job',
      async (court) => {
        await court.employ();
        await court.azure('POST', '/delete', { instanceIds: [court.entry(0).vm.id] });
      },
    ],
    [
      'I1',
      'a runner deregistered with a job',
      async (court) => {
        await court.employ();
        await court.group('POST', 'runner_status/', { RunnerId: court.entry(0).runnerId, Status: 'DRAINING' });
        await court.group('POST', 'deregister/', { RunnerId: court.entry(0).runnerId });
      },
    ],
    ['I2', 'a VM deleted in service', (court) => court.azure('POST', '/delete', { instanceIds: [court.entry(1).vm.id] })],
    ['I2', 'every VM deleted', (court) => court.azure('POST', '/delete', { instanceIds: ['*'] })],
    ['I2', 'a lower capacity', (court) => court.azure('PATCH', '', { sku: { capacity: 2 } }, { 'if-match': '"1"' })],
    ['I2', 'a capacity without an ETag', (court) => court.azure('PATCH', '', { sku: { capacity: 4 } })],
    [
      'I3',
      'MIN_RUNNERS undercut',
      async (court) => {
        await court.group('GET', '');
        for (const at of [0, 1]) await court.group('POST', 'runner_status/', { RunnerId: court.entry(at).runnerId, Status: 'DRAINING' });
      },
    ],
    ['I3', 'MAX_RUNNERS exceeded', (court) => court.azure('PATCH', '', { sku: { capacity: 5 } }, { 'if-match': '"1"' })],
    [
      'I5',
      'a runner deregistered while it is ACTIVE',
      (court) => court.group('POST', 'deregister/', { RunnerId: court.entry(2).runnerId }),
    ],
    [
      'I5',
      'two apps that write',
      async (court) => {
        for (const app of [0, 1]) await court.group('POST', 'runner_status/', { RunnerId: court.entry(0).runnerId, Status: 'ACTIVE' }, app);
      },
    ],
    [
      'I7',
      'a pool that nobody polls',
      async (court) => {
        await court.group('GET', '');
        while (court.clock.advance(court.clock.now() + 60 * MINUTE));
        court.bench.look();
      },
    ],
    ['I8', 'a secret in the log', async (court) => court.bench.onLine(`the key is ${court.world.settings['SG_API_KEY'] ?? ''}`)],
  ])('%s catches %s', async (invariant, _what, deed) => {
    const court = new Court();
    await deed(court);
    expect(court.broken).toContain(invariant);
  });

  test('say nothing of what is right: a drain to its end, growth over the ETag', async () => {
    const court = new Court();
    await court.group('GET', '');
    const { runnerId, vm } = court.entry(0);
    await court.group('POST', 'runner_status/', { RunnerId: runnerId, Status: 'DRAINING' });
    await court.group('POST', 'deregister/', { RunnerId: runnerId });
    await court.azure('POST', '/delete', { instanceIds: [vm.id] });
    while (court.clock.advance(court.clock.now() + 10 * MINUTE));
    await court.azure('PATCH', '', { sku: { capacity: 3 } }, { 'if-match': '"2"' });
    expect(court.bench.violations).toEqual([]);
    expect(court.pool.vms.size).toBe(3);
  });

  test('know another’s hand: a busy VM deleted by a person is not our doing', async () => {
    const court = new Court();
    await court.employ();
    court.world.mishaps().deleteByHand(court.entry(0).vm.vmId);
    expect(court.bench.violations).toEqual([]);
    expect(court.world.metrics().jobsKilled).toBe(1);
  });
});
