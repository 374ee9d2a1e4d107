import { ServiceError } from '../../../src/errors';
import type { AzureOutcome, Instance, OperationResult, ScaleSet, ScaleSetState } from '../../../src/ports/scaleSet';
import { Script } from './script';

type Method = keyof ScaleSet;

/** A scale set in memory: VMs appear at once and vanish at once; `operations` hold what readOperation answers. */
export interface FakeScaleSet extends ScaleSet {
  state: ScaleSetState;
  instances: Instance[];
  readonly operations: Map<string, OperationResult>;
  readonly script: Script<Method>;
  /** Outcomes for the next writes, instead of carrying them out. */
  readonly nextOutcomes: AzureOutcome[];
  reset(): void;
}

const STATE: ScaleSetState = {
  uniqueId: 'unique-1',
  mode: 'Uniform',
  capacity: 0,
  etag: '"1"',
  provisioningState: 'Succeeded',
  limit: 1_000,
  surprises: [],
};

export function anInstance(id: string, fields: Partial<Instance> = {}): Instance {
  return { id, vmId: `vmid-${id}`, computerName: `vm-${id}`, provisioningState: 'Succeeded', power: 'running', createdAt: 0, ...fields };
}

export function createFakeScaleSet(state: Partial<ScaleSetState> = {}, instances: readonly Instance[] = []): FakeScaleSet {
  const script = new Script<Method>();
  let made = 0;
  let operation = 0;

  const start = (): ScaleSetState => ({ ...STATE, capacity: instances.length, ...state });
  const accepted = (): AzureOutcome => {
    operation += 1;
    const url = `https://azure.fake/operations/${String(operation)}`;
    fake.operations.set(url, { kind: 'succeeded' });
    return { kind: 'accepted', operation: url };
  };
  const change = (capacity: number): void => {
    fake.state = { ...fake.state, capacity, etag: `"${String(Number(fake.state.etag.replaceAll('"', '')) + 1)}"` };
  };

  const fake: FakeScaleSet = {
    state: start(),
    instances: [...instances],
    operations: new Map(),
    script,
    nextOutcomes: [],
    reset: () => {
      script.reset();
      fake.nextOutcomes.length = 0;
      fake.operations.clear();
      fake.state = start();
      fake.instances = [...instances];
    },
    readState: async () => {
      script.enter('readState');
      return fake.state;
    },
    listInstances: async (of) => {
      script.enter('listInstances', of);
      return [...fake.instances];
    },
    readInstance: async (mode, id) => {
      script.enter('readInstance', mode, id);
      return fake.instances.find((instance) => instance.id === id);
    },
    setCapacity: async (capacity, etag) => {
      script.enter('setCapacity', capacity, etag);
      const scripted = fake.nextOutcomes.shift();
      if (scripted !== undefined) return scripted;
      if (etag !== fake.state.etag) return { kind: 'conflict' };
      for (let missing = capacity - fake.state.capacity; missing > 0; missing -= 1) {
        made += 1;
        fake.instances.push(
          anInstance(fake.state.mode === 'Uniform' ? String(1_000 + made) : `vm_${String(made)}`, { vmId: `made-${String(made)}` }),
        );
      }
      change(capacity);
      return accepted();
    },
    deleteInstances: async (ids) => {
      script.enter('deleteInstances', ids);
      const scripted = fake.nextOutcomes.shift();
      if (scripted !== undefined) return scripted;
      if (ids.length === 0 || ids.includes('*')) {
        return { kind: 'refused', code: 'azure-not-sent', text: 'Not sent to Azure.', status: 400, retryAfterMs: undefined };
      }
      const left = fake.instances.filter((instance) => !ids.includes(instance.id));
      change(fake.state.capacity - (fake.instances.length - left.length));
      fake.instances = left;
      return accepted();
    },
    protectFromScaleIn: async (id, vmId) => {
      script.enter('protectFromScaleIn', id, vmId);
      const scripted = fake.nextOutcomes.shift();
      if (scripted !== undefined) return scripted;
      if (!fake.instances.some((instance) => instance.id === id && instance.vmId === vmId)) return { kind: 'gone' };
      fake.instances = fake.instances.map((instance) => (instance.id === id ? { ...instance, scaleInProtection: 'on' } : instance));
      return accepted();
    },
    readOperation: async (url) => {
      script.enter('readOperation', url);
      if (!url.startsWith('https://azure.fake/')) throw new ServiceError('azure-malformed', 'The operation is not ours.');
      return fake.operations.get(url) ?? { kind: 'forgotten' };
    },
  };
  return fake;
}
