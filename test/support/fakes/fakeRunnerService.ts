import type { Runner, RunnerGroup, RunnerService, WriteOutcome } from '../../../src/ports/runnerService';
import { Script } from './script';

type Method = keyof RunnerService;

/** A runner group in memory. Change `group` at will; scripted answers go first. */
export interface FakeRunnerService extends RunnerService {
  group: RunnerGroup;
  readonly script: Script<Method>;
  /** Outcomes for the next writes, instead of carrying them out. */
  readonly nextOutcomes: WriteOutcome[];
  /** Changes some fields of one runner. */
  edit(runnerId: string, fields: Partial<Runner>): void;
  reset(): void;
}

const EMPTY: RunnerGroup = {
  queued: 0,
  pending: 0,
  running: 0,
  maxRunners: undefined,
  runners: [],
  anonymous: 0,
  registrationErrors: [],
};

export function aRunner(runnerId: string, fields: Partial<Runner> = {}): Runner {
  return { runnerId, status: 'ACTIVE', connected: true, runningTasks: 0, pendingTasks: 0, computerName: `vm-${runnerId}`, ...fields };
}

export function createFakeRunnerService(group: Partial<RunnerGroup> = {}): FakeRunnerService {
  const script = new Script<Method>();
  const find = (runnerId: string): Runner | undefined => fake.group.runners?.find((runner) => runner.runnerId === runnerId);
  const refused = (text: string): WriteOutcome => ({ kind: 'refused', code: 'sg-http-400', text });

  const fake: FakeRunnerService = {
    group: { ...EMPTY, ...group },
    script,
    nextOutcomes: [],
    edit: (runnerId, fields) => {
      const runners = fake.group.runners?.map((runner) => (runner.runnerId === runnerId ? { ...runner, ...fields } : runner));
      fake.group = { ...fake.group, runners };
    },
    reset: () => {
      script.reset();
      fake.nextOutcomes.length = 0;
      fake.group = { ...EMPTY, ...group };
    },
    readGroup: async () => {
      script.enter('readGroup');
      return fake.group;
    },
    setStatus: async (runnerId, status) => {
      script.enter('setStatus', runnerId, status);
      const scripted = fake.nextOutcomes.shift();
      if (scripted !== undefined) return scripted;
      if (find(runnerId) === undefined) return { kind: 'gone' };
      fake.edit(runnerId, { status });
      return { kind: 'done' };
    },
    deregister: async (runnerId, force) => {
      script.enter('deregister', runnerId, force);
      const scripted = fake.nextOutcomes.shift();
      if (scripted !== undefined) return scripted;
      const runner = find(runnerId);
      if (runner === undefined) return { kind: 'gone' };
      if (!force && (runner.runningTasks ?? 0) > 0) return refused('the container instance has running tasks');
      fake.group = { ...fake.group, runners: fake.group.runners?.filter((other) => other !== runner) };
      return { kind: 'done' };
    },
  };
  return fake;
}
