import type { HostClock } from './clock';
import type { Log } from './coreTypes';
import type { HostStorage, Message } from './storage';

export interface Step {
  readonly kind: 'orchestrator' | 'activity' | 'entity' | 'timer';
  /** The function's name. */
  readonly name: string;
  /** Instance id, entity id, or the function's name for a timer. */
  readonly instance: string;
}

/**
 * What a test makes go wrong with one step: `delayMs` puts it off; `duplicate` runs an activity twice, one after the other, `againMs`
 * once more so much later (0: beside the first); `crash` drops the work before or after the function ran, without storing anything, so
 * that it is delivered again after the visibility timeout. `worker` is the end of the Node process alone, before or after the function
 * ran: the extension takes that for an error of the function.
 */
export interface Fault {
  readonly delayMs?: number;
  readonly duplicate?: boolean;
  readonly againMs?: number;
  readonly crash?: 'before' | 'after';
  readonly worker?: 'before' | 'after';
}

/** What the Functions host says of functions that were at work when its worker ended. */
export const WORKER_EXIT = 'node exited with code 137 (0x89)';

/** What happens to one message on its way: it is lost, comes so much later, or comes once more so much later. */
export interface MessageFault {
  readonly lose?: boolean;
  readonly delayMs?: number;
  readonly againMs?: number;
}

export interface HostHooks {
  /** Asked for each message that a commit sends. */
  readonly onMessage?: (message: Message) => MessageFault | undefined;

  /** Messages that arrive while this is awaited join the step's batch: that makes batches deterministic in tests. */
  readonly beforeStep?: (step: Step) => Promise<Fault | undefined> | Fault | undefined;
}

export interface Hang {
  /**
   * open-tasks: the code is over, but completion is withheld until these tasks end.
   * spin: an instance continued as new over and over within one turn, and was set aside.
   * event-again: an event beat a cancelled timer and continueAsNew came in the same turn: the event is delivered once more.
   * repeated-task: one task was yielded twice; the engine schedules it again, and its ids no longer agree with the SDK's.
   * diverged: the engine is done with every action, the SDK waits for something that will never come.
   */
  readonly kind: 'open-tasks' | 'spin' | 'event-again' | 'repeated-task' | 'diverged';
  readonly instanceId: string;
  readonly name: string;
  readonly cause: string;
}

export interface HostOptions {
  /** Folder with package.json (its `main` is loaded) and host.json. */
  readonly appDirectory?: string;
  /** The built entry file; with it host.json is optional and taken from `appDirectory`, when given. */
  readonly entry?: string;
  /** Applied to process.env before the app is loaded. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: HostClock;
  readonly storage?: HostStorage;
  /** 0 or absent: any free one. */
  readonly port?: number;
  /** With it, functions of authLevel function or admin and the durable API answer 401 without this key. */
  readonly functionKey?: string;
  /**
   * The app gets its own time, environment (`env` alone), timers and randomness by {@link loadInSandbox}, plus these globals; no socket
   * is opened, and `request` of the host answers HTTP. Asks for a clock that is given and, for a reproducible run, for `random`.
   */
  readonly sandbox?: { readonly globals?: Readonly<Record<PropertyKey, unknown>> };
  /** How the durable client reaches the host: by real sockets, or answered within the process (faster). */
  readonly transport?: 'socket' | 'in-process';
  readonly log?: Log;
  readonly onHang?: (hang: Hang) => void;
  /** On the host's clock; 60 s if absent. */
  readonly hangAfterMs?: number;
  /** For ids and the moment before a timer's delay is cut; Math.random if absent. */
  readonly random?: () => number;
  readonly hooks?: HostHooks;
  /** As in Azure, the delay of a durable timer is cut to whole seconds a moment after it was asked for; else it is exact. */
  readonly wholeSecondTimers?: boolean;
  /** How long work that was in flight at a crash stays hidden; 60 s if absent. */
  readonly visibilityTimeoutMs?: number;
  /** Generations within one turn that count as a spin; 50 if absent. */
  readonly spinLimit?: number;
  /** Patch the global Date with the clock; true if absent for clocks other than the real one. */
  readonly patchDate?: boolean;
}
