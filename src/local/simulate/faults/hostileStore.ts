import { ServiceError } from '../../../errors';
import type { StateStore, WriteCondition } from '../../../ports/stateStore';
import type { StoreOperation, WorldFaults } from '../../world/faults';

/** A blob store with the world's faults in front of it. */
export function hostileStore(inner: StateStore, faults: WorldFaults): StateStore {
  const run = async <T>(operation: StoreOperation, name: string, work: () => Promise<T>, overtake?: () => Promise<void>): Promise<T> => {
    const fault = faults.onStore?.(operation, name);
    if (fault === undefined) return work();
    if (fault.kind === 'refused') throw new ServiceError(fault.code, `${fault.text} (${operation} of "${name}")`);
    if (fault.kind === 'overtaken') {
      await overtake?.();
      return work();
    }
    await work();
    throw new ServiceError('store-unavailable', `Blob storage did not answer for the ${operation} of "${name}".`);
  };

  /** The same text again: only the ETag moves, and where no blob was, one is. */
  const overtake = async (name: string, text: string, condition: WriteCondition | undefined): Promise<void> => {
    if (condition === undefined) return;
    const present = await inner.read(name);
    await inner.write(name, present?.text ?? text);
  };

  return {
    read: (name) => run('read', name, () => inner.read(name)),
    write: (name, text, condition) =>
      run(
        'write',
        name,
        () => inner.write(name, text, condition),
        () => overtake(name, text, condition),
      ),
    append: (name, line) => run('append', name, () => inner.append(name, line)),
    list: (prefix, limit) => run('list', prefix, () => inner.list(prefix, limit)),
    delete: (name) => run('delete', name, () => inner.delete(name)),
  };
}
