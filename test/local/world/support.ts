import type { Service, WorldAnswer, WorldResponse } from '../../../src/local/world/exchange';
import type { PoolState, Vm } from '../../../src/local/world/state';
import { createWorld, type World, type WorldOptions } from '../../../src/local/world/world';
import { type ManualClock, manualClock } from './manualClock';

export interface Bench {
  readonly clock: ManualClock;
  readonly world: World;
  readonly pool: PoolState;
  /** JSON of an answer; a reset or hang throws. */
  call(
    service: Service,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: any; headers: WorldResponse['headers'] }>;
  /** With a token, and the path below the resource group's compute provider. */
  arm(method: string, path: string, body?: unknown, headers?: Record<string, string>): ReturnType<Bench['call']>;
  /** With the key, and the path below the runner group. */
  sg(method: string, path: string, body?: unknown): ReturnType<Bench['call']>;
}

export function bench(options: Partial<Omit<WorldOptions, 'clock'>> = {}): Bench {
  const clock = manualClock();
  const world = createWorld({ seed: 1, ...options, clock });
  const [pool] = world.pools;
  if (pool === undefined) throw new Error('no pool');
  const { settings } = world;
  const call: Bench['call'] = async (service, method, url, body, headers = {}) => {
    const answer: WorldAnswer = await world.handle(service, {
      method,
      url,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (typeof answer === 'string') throw new Error(answer);
    return { status: answer.status, body: answer.body === '' ? undefined : JSON.parse(answer.body), headers: answer.headers };
  };
  let token: string | undefined;
  const bearer = async (): Promise<string> => {
    token ??= (
      await call('identity', 'GET', '/msi/token?resource=x&api-version=2019-08-01', undefined, {
        'x-identity-header': settings['IDENTITY_HEADER'] ?? '',
      })
    ).body.access_token as string;
    return `Bearer ${token}`;
  };
  const root = `/subscriptions/${settings['AZURE_SUBSCRIPTION_ID'] ?? ''}/resourceGroups/rg-runners/providers/Microsoft.Compute`;
  return {
    clock,
    world,
    pool,
    call,
    arm: async (method, path, body, headers) => {
      const url = path.startsWith('http') ? path : `${root}/${path}${path.includes('?') ? '&' : '?'}api-version=2024-11-01`;
      return call('azure', method, url, body, { authorization: await bearer(), ...headers });
    },
    sg: (method, path, body) =>
      call('stackguardian', method, `/api/v1/orgs/simulated-org/runnergroups/${pool.group}/${path}`, body, {
        authorization: `apikey ${settings['SG_API_KEY'] ?? ''}`,
      }),
  };
}

/** The nth VM in order of creation. */
export function vmAt(pool: PoolState, at: number): Vm {
  const vm = [...pool.vms.values()].sort((a, b) => a.seq - b.seq)[at];
  if (vm === undefined) throw new Error(`no VM ${String(at)}`);
  return vm;
}

export function runnerOf(vm: Vm): string {
  if (vm.entry === undefined) throw new Error('never registered');
  return vm.entry.runnerId;
}
