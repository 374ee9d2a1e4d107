import type { DrainRecord } from '../../model/drain';
import type { PoolMemory } from '../../model/pool';
import { deletionTurn, deletionTurnOver, GATHER_SECONDS, type DeleteResult } from '../../persist/deletion';
import { askDrain, commitDrain, deregisteredDrain, endDrain, markedDrain, type DrainWord } from '../../persist/drainOperations';
import { deleteVms } from '../world/capacity';
import { deregister, setStatus } from '../world/entries';
import type { PoolState } from '../world/state';
import { resultOf } from './fleetModel';

const SECOND = 1_000;
const MINUTE = 60_000;

/**
 * The way out of each drained runner: every word comes from the app's own pool memory, every act goes to the fleet; only the waits of the
 * durable drain, without its retries, are told here again.
 */
export class Drains {
  readonly #pool: PoolState;
  readonly #memory: PoolMemory;

  constructor(pool: PoolState, memory: PoolMemory) {
    this.#pool = pool;
    this.#memory = memory;
  }

  begin(record: DrainRecord): void {
    this.#follow(record, askDrain(this.#memory, this.#asks(record), this.#now()));
  }

  /** The loop saw its window of zeros complete. */
  complete(drainId: string): void {
    const record = this.#memory.drains[drainId];
    if (record !== undefined) this.#follow(record, commitDrain(this.#memory, this.#asks(record), this.#now()));
  }

  #follow(record: DrainRecord, word: DrainWord): void {
    if (word.word === 'held') return this.#later(MINUTE, () => this.begin(record));
    if (word.word !== 'go') return;
    switch (word.step) {
      case 'mark': {
        const answer = setStatus(this.#pool, record.runnerId ?? '', 'DRAINING');
        const marked = { ...this.#asks(record), answer: answer.ok ? 'done' : 'gone' };
        return this.#follow(record, markedDrain(this.#memory, marked, this.#now()));
      }
      case 'deregister':
        return this.#deregister(record);
      case 'delete':
        return this.#later(GATHER_SECONDS * SECOND, () => this.#turn(record));
      default:
        return;
    }
  }

  /** The activity looks once more itself: a runner that took a task meanwhile stays. */
  #deregister(record: DrainRecord): void {
    const entry = this.#pool.entries.get(record.runnerId ?? '');
    const isReady = entry?.status === 'DRAINING' && entry.running === 0 && entry.pending === 0;
    const answer =
      entry === undefined ? 'gone' : !isReady ? 'notNow' : deregister(this.#pool, entry.runnerId, false).ok ? 'done' : 'refused';
    this.#follow(record, deregisteredDrain(this.#memory, { ...this.#asks(record), answer }, this.#now()));
  }

  #turn(record: DrainRecord): void {
    const turn = deletionTurn(this.#memory, { ...this.#asks(record), second: SECOND }, this.#now());
    if (turn.turn === 'end') {
      endDrain(this.#memory, { ...this.#asks(record), outcome: turn.outcome }, this.#now());
      return;
    }
    if (turn.turn === 'wait') return this.#later(turn.until - this.#now(), () => this.#turn(record));
    const { answers, operation } = this.#delete(turn.batch, turn.operation);
    const over = { attempt: turn.attempt, second: SECOND, answers, ...(operation === undefined ? {} : { operation }) };
    deletionTurnOver(this.#memory, { ...this.#asks(record), ...over }, this.#now());
    this.#turn(record);
  }

  #delete(
    batch: readonly DrainRecord[],
    last: string | undefined,
  ): { answers: Record<string, DeleteResult>; operation: string | undefined } {
    const answers: Record<string, DeleteResult> = {};
    const due: DrainRecord[] = [];
    for (const record of batch) {
      const vm = this.#pool.vms.get(record.instanceId);
      if (vm?.vmId !== record.vmId) answers[record.id] = { answer: 'gone' };
      else if (vm.provisioningState === 'Deleting') answers[record.id] = { answer: 'deleting' };
      else due.push(record);
    }
    const isRunning = last !== undefined && resultOf(this.#pool, last).kind === 'running';
    if (due.length === 0) return { answers, operation: isRunning ? last : undefined };
    const accepted = deleteVms(
      this.#pool,
      due.map((record) => record.instanceId),
    );
    for (const { id } of due) answers[id] = accepted.ok ? { answer: 'accepted' } : { answer: 'unknown', code: accepted.refusal.code };
    return { answers, operation: accepted.ok ? accepted.operation.id : last };
  }

  #asks({ id }: DrainRecord): { readonly drainId: string; readonly minute: number } {
    return { drainId: id, minute: MINUTE };
  }

  #now(): number {
    return this.#pool.env.clock.now();
  }

  #later(ms: number, run: () => void): void {
    this.#pool.env.clock.at(this.#now() + Math.max(ms, SECOND), run);
  }
}
