import type { FailureDetails } from './history';

export type Failure = FailureDetails | true;
type Listener = (failure: Failure | undefined) => void;

/** A promise whose listeners run in the very moment it settles: the order of the engine's events is part of its behaviour. */
export class Wait {
  done = false;
  private failure: Failure | undefined;
  private listeners: Listener[] = [];

  static over(): Wait {
    const wait = new Wait();
    wait.settle();
    return wait;
  }

  static any(waits: readonly Wait[]): Wait {
    const whole = new Wait();
    for (const wait of waits) wait.then(() => whole.settle());
    return whole;
  }

  /** Over when all are, even if one failed early: so the real engine waits too, while the SDK's Task.all goes on at the first failure. */
  static all(waits: readonly Wait[]): Wait {
    const whole = new Wait();
    let left = waits.length;
    for (const wait of waits) wait.then(() => (--left === 0 ? whole.settle() : undefined));
    return whole;
  }

  settle(failure?: Failure): void {
    if (this.done) return;
    this.done = true;
    this.failure = failure;
    for (const listener of this.listeners.splice(0)) listener(failure);
  }

  then(listener: Listener): void {
    if (this.done) listener(this.failure);
    else this.listeners.push(listener);
  }
}
