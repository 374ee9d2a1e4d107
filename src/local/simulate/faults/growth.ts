import type { GrowthFault } from '../../world/faults';
import { episodes, HOUR, MINUTE } from './schedule';
import type { FaultContext, FaultKind } from './types';

/** Growth that Azure accepts and does not carry out: it shows in the operation's result alone, and sku.capacity stays above the VMs. */

function failing(
  name: string,
  sentence: string,
  [mean, least, most]: readonly [number, number, number],
  fault: (context: FaultContext, wanted: number) => GrowthFault,
): FaultKind {
  return {
    name,
    area: 'azure',
    sentence,
    install: (context) => {
      const bad = episodes(context, mean, [least, most]);
      context.hook({
        onGrowth: (_pool, wanted) => {
          if (!bad.isOn()) return undefined;
          context.count();
          return fault(context, wanted);
        },
      });
    },
  };
}

export const GROWTH_FAULTS: readonly FaultKind[] = [
  failing('allocation-failed', 'Azure has no room for a VM of this size.', [20 * HOUR, 5 * MINUTE, 2 * HOUR], () => ({
    code: 'AllocationFailed',
    message: 'Allocation failed. We do not have sufficient capacity for the requested VM size in this region.',
    create: 0,
  })),
  failing('quota-exceeded', 'The quota of cores is used up.', [30 * HOUR, 5 * MINUTE, 2 * HOUR], () => ({
    code: 'OperationNotAllowed',
    message: 'Operation could not be completed as it results in exceeding approved Total Regional Cores quota.',
    create: 0,
  })),
  failing(
    'capacity-left-above',
    'Azure creates some of the VMs and leaves sku.capacity above them.',
    [20 * HOUR, 5 * MINUTE, HOUR],
    (context, wanted) => ({
      code: 'OverconstrainedAllocationRequest',
      message: 'Allocation failed: the request has more constraints than can be met.',
      create: context.random.below(wanted),
    }),
  ),
];
