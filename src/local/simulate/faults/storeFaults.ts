import { ServiceError } from '../../../errors';
import type { WorldFaults } from '../../world/faults';
import type { MemoryStoreOptions } from '../memoryStore';

/** The world's faults of blob storage, as the container in memory asks for them. */
export function storeFaultsOf(faults: WorldFaults): NonNullable<MemoryStoreOptions['onCall']> {
  return (call, name) => {
    const fault = faults.onStore?.(call, name);
    switch (fault?.kind) {
      case 'overtaken':
        return { conflict: true };
      case 'refused':
        return { before: new ServiceError(fault.code, `${fault.text} (${call} of "${name}")`) };
      case 'answer-lost':
        return { after: new ServiceError('store-unavailable', `Blob storage did not answer for the ${call} of "${name}".`) };
      case undefined:
        return undefined;
    }
  };
}
