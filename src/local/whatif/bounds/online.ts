import { virtualTimeline } from '../../host/clock';
import type { TraceJob } from '../../traces';
import type { FleetModel } from '../fleetModel';
import type { Outcome } from './bounds';
import { readySeconds, taskSeconds } from './times';

interface Vm {
  readonly from: number;
  /** Cancels what is to come of it: its registration, or its end. */
  cancel: () => void;
}

/**
 * Acts at the arrival itself: the job takes the idle VM that was busy last, or a VM is ordered for it. Waiting jobs take whatever is free
 * first; the oldest order that this makes needless is withdrawn as if it had never been. An idle VM is kept for `keepSeconds` and then
 * deleted at once, without any confirmation. No poller can do that: it is what settings are measured against. With `withdraws` false it is
 * bound as Azure binds us in one thing: what was ordered comes, and is kept like any other.
 */
export function online(jobs: readonly TraceJob[], fleet: FleetModel, keepSeconds: number, withdraws = true): Outcome {
  const clock = virtualTimeline(0);
  const waiting: number[] = [];
  const booting: Vm[] = [];
  const idle: Vm[] = [];
  const waits = new Array<number>(jobs.length).fill(0);
  let seconds = 0;

  const run = (vm: Vm, index: number): void => {
    const job = jobs[index] as TraceJob;
    waits[index] = clock.now() - job.arrivalSeconds;
    clock.at(clock.now() + taskSeconds(job, fleet), () => free(vm, false));
  };
  const end = (vm: Vm): void => {
    idle.splice(idle.indexOf(vm), 1);
    seconds += clock.now() + fleet.deleteSeconds - vm.from;
  };
  const free = (vm: Vm, isNew: boolean): void => {
    const next = waiting.shift();
    if (next === undefined) {
      idle.push(vm);
      if (keepSeconds === 0) end(vm);
      else vm.cancel = clock.at(clock.now() + keepSeconds, () => end(vm));
      return;
    }
    run(vm, next);
    if (withdraws && !isNew && booting.length > waiting.length) booting.shift()?.cancel();
  };
  const order = (): void => {
    const vm: Vm = { from: clock.now(), cancel: () => undefined };
    booting.push(vm);
    vm.cancel = clock.at(clock.now() + readySeconds(fleet), () => {
      booting.splice(booting.indexOf(vm), 1);
      free(vm, true);
    });
  };
  const arrive = (index: number): void => {
    const vm = idle.pop();
    if (vm !== undefined) {
      vm.cancel();
      run(vm, index);
      return;
    }
    waiting.push(index);
    if (waiting.length > booting.length) order();
  };
  for (const [index, { arrivalSeconds }] of jobs.entries()) clock.at(arrivalSeconds, () => arrive(index));
  while (clock.advance());
  return { waits, vmHours: seconds / 3_600 };
}
