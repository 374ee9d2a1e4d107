import type { DeleteFault } from '../../world/faults';
import type { Vm } from '../../world/state';
import { between, chance, episodes, HOUR, MINUTE } from './schedule';
import type { FaultContext, FaultKind } from './types';

/** Deletes that Azure takes its time over, gives up, or refuses. */

function deleting(
  name: string,
  sentence: string,
  fault: (context: FaultContext, vms: readonly Vm[]) => DeleteFault | undefined,
  when: (context: FaultContext) => () => boolean,
): FaultKind {
  return {
    name,
    area: 'azure',
    sentence,
    install: (context) => {
      const isOn = when(context);
      context.hook({
        onDelete: (_pool, vms) => {
          const done = isOn() ? fault(context, vms) : undefined;
          if (done !== undefined) context.count(vms.map((vm) => vm.id).join(' '));
          return done;
        },
      });
    },
  };
}

const sometimes = (share: number) => (context: FaultContext) => () => chance(context, share);
const forATime = (mean: number, least: number, most: number) => (context: FaultContext) => episodes(context, mean, [least, most]).isOn;

/** Until the faults cease at the latest. */
const took = ({ clock, until }: FaultContext, wanted: number): number => Math.max(1, Math.min(wanted, (until - clock.now()) / 1_000));

export const DELETE_FAULTS: readonly FaultKind[] = [
  deleting(
    'delete-slow',
    'A delete takes more than an hour.',
    (context) => ({ seconds: took(context, between(context, 1_200, 6_000)) }),
    sometimes(0.03),
  ),
  deleting(
    'delete-preempted',
    'A delete is taken, and its operation ends as OperationPreempted: the VMs stay.',
    (context) => ({
      failure: { code: 'OperationPreempted', message: 'Operation execution has been preempted by a more recent operation.' },
      seconds: took(context, between(context, 5, 90)),
    }),
    sometimes(0.05),
  ),
  deleting(
    'delete-fails-halfway',
    'A delete is taken and fails: the VMs are dead, Failed and still listed.',
    (context) => ({
      failure: { code: 'InternalExecutionError', message: 'An internal execution error occurred. Please retry later.' },
      halfway: true,
      seconds: took(context, between(context, 20, 300)),
    }),
    sometimes(0.03),
  ),
  deleting(
    'delete-flips',
    'A VM reads Deleting and Failed in turn while Azure tries its delete again.',
    (context) => ({ flips: 1 + context.random.below(5), seconds: took(context, between(context, 120, 900)) }),
    sometimes(0.05),
  ),
  deleting(
    'delete-locked',
    'A lock refuses every delete.',
    () => ({
      refuse: {
        status: 409,
        code: 'ScopeLocked',
        message: 'The scope cannot perform delete operation because following scope(s) are locked.',
      },
    }),
    forATime(60 * HOUR, 10 * MINUTE, 3 * HOUR),
  ),
  deleting(
    'delete-forbidden',
    'The right to delete VMs is missing.',
    () => ({
      refuse: {
        status: 403,
        code: 'AuthorizationFailed',
        message: "The client does not have authorization to perform action 'Microsoft.Compute/virtualMachineScaleSets/delete/action'.",
      },
    }),
    forATime(60 * HOUR, 10 * MINUTE, 3 * HOUR),
  ),
];
