import { createBench, type Bench } from '../../src/local/simulate/bench';
import { simulationClock } from '../../src/local/simulate/clock';
import type { Asked } from '../../src/local/simulate/invariants';
import type { Service, WorldAnswer } from '../../src/local/world/exchange';
import { createWorld, type World } from '../../src/local/world/world';
import type { Entry } from '../../src/local/world/state';

const START = Date.UTC(2025, 3, 7, 6);
export const MINUTE = 60_000;

/** The world and its judges, and a hand that asks as a faulty app would. */
export class Court {
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
    return this.ask('azure', method, this.scaleSet(path), body, headers);
  }

  private scaleSet(path: string): string {
    const { AZURE_SUBSCRIPTION_ID: subscription, AZURE_RESOURCE_GROUP_NAME: group } = this.world.settings;
    const root = `/subscriptions/${subscription ?? ''}/resourceGroups/${group ?? ''}/providers/Microsoft.Compute/virtualMachineScaleSets/runners`;
    return `${root}${path}?api-version=2024-07-01`;
  }

  /** What the judges hear of a request that the world never gets, and of its answer: a delete that Azure preempts, a list cut short. */
  hear(method: string, path: string, body: unknown, told: string): void {
    const url = this.scaleSet(path);
    const asked: Asked = {
      service: 'azure',
      request: { method, url, headers: {}, body: body === undefined ? undefined : JSON.stringify(body) },
      app: 0,
    };
    this.bench.onRequest(asked);
    this.bench.onAnswer(asked, { status: 200, headers: {}, body: told });
  }

  group(method: string, act: string, body?: unknown, app = 0): Promise<WorldAnswer> {
    return this.ask('stackguardian', method, `/api/v1/orgs/simulated-org/runnergroups/runners/${act}`, body, {}, app);
  }

  grow(capacity: number): Promise<WorldAnswer> {
    return this.azure('PATCH', '', { sku: { capacity } }, { 'if-match': `"${String(this.pool.etag)}"` });
  }

  mark(at: number): Promise<WorldAnswer> {
    return this.group('POST', 'runner_status/', { RunnerId: this.entry(at).runnerId, Status: 'DRAINING' });
  }

  deleteNewest(): Promise<WorldAnswer> {
    return this.azure('POST', '/delete', { instanceIds: [[...this.pool.vms.keys()].at(-1)] });
  }

  wait(minutes: number): void {
    const until = this.clock.now() + minutes * MINUTE;
    while (this.clock.advance(until));
  }

  /** A tick of the app as its log tells it. */
  decide(tick: string, rule: string, reason: string): void {
    const acts = rule.startsWith('scale-in/') ? ['drain'] : ['setCapacity'];
    const line = JSON.stringify({ level: 'information', event: 'tick', pool: 'default', tick, rule, reason, acts });
    this.bench.onLine(`${new Date(this.clock.now()).toISOString()} app     information ${line}`);
  }

  get broken(): readonly string[] {
    return [...new Set(this.bench.violations.map(({ invariant }) => invariant))];
  }
}
