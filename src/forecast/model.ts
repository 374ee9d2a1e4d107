import { numbersOf, type Parameters, type Recent } from './parameters';
import type { PlainRule } from './plainRule';

/**
 * A pool in numbers: what waits, what idles and what it costs, over weeks of jobs in milliseconds of computing. It is there to compare
 * rules with each other on the pool's own past, not to foretell seconds: `npm run whatif` runs the app's own decisions.
 */

/** A VM runs after 90 s and its runner registers 60 s later; it is gone 30 s after its delete. */
const BOOT_SECONDS = 150;
const GONE_SECONDS = 30;
/** Azure carries out one order at a time: until its VMs run nothing else is ordered. */
const ORDER_SECONDS = 90;
/** A drain's last look and its deregister come a few seconds after the confirming time. */
const DEREGISTER_SECONDS = 5;
/** A stopped task still holds its runner. */
const STOP_SECONDS = 10;
const BURST_SECONDS = 15 * 60;
const HOUR = 3_600;

export interface PastJob {
  /** Seconds on any one axis whose zero is the beginning of an hour. */
  readonly at: number;
  readonly seconds: number;
}

export interface Trial {
  readonly waitMinutes: number;
  readonly waitP95Seconds: number;
  readonly vmMinutes: number;
  readonly jobs: number;
}

interface Vm {
  readonly requested: number;
  idleSince: number;
  /** Epoch of its drain; undefined: none. */
  drainedAt: number | undefined;
  busyUntil: number;
}

/**
 * `rateAt(second)`: what that hour usually brings, learned without that day. The first idle VM in the order of registration takes a job.
 * `ticks: 'all'` computes those too that can do nothing: the same result, ten times slower, to hold the shorter way against.
 */
export function tryRules(
  jobs: readonly PastJob[],
  plain: PlainRule,
  rules: Parameters,
  rateAt: (second: number) => number,
  ticks: 'all' | 'needed' = 'needed',
): Trial {
  const pool = new Pool(jobs, plain, rules, rateAt);
  pool.run(ticks);
  return pool.result();
}

class Pool {
  readonly #jobs: readonly PastJob[];
  readonly #plain: PlainRule;
  readonly #rules: Parameters;
  readonly #rateAt: (second: number) => number;
  readonly #drainLasts: number;
  /** Registered and not draining, oldest first. */
  readonly #vms: Vm[] = [];
  readonly #draining: Vm[] = [];
  /** When ordered VMs register, in order. */
  readonly #boots: number[] = [];
  readonly #waits: number[] = [];
  #arrived = 0;
  #started = 0;
  #firstRecent = 0;
  #vmSeconds = 0;
  #orderedUntil = -Infinity;
  /** The last hour that was asked for, and what it usually brings. */
  #hour = -Infinity;
  #rate = 0;

  constructor(jobs: readonly PastJob[], plain: PlainRule, rules: Parameters, rateAt: (second: number) => number) {
    this.#jobs = jobs;
    this.#plain = plain;
    this.#rules = rules;
    this.#rateAt = rateAt;
    this.#drainLasts = plain.confirm + DEREGISTER_SECONDS;
  }

  run(ticks: 'all' | 'needed'): void {
    const first = this.#jobs[0]?.at ?? 0;
    const end = this.#jobs.length === 0 ? 0 : Math.max(...this.#jobs.map(({ at }) => at)) + HOUR;
    const { poll } = this.#plain;
    for (let now = Math.floor(first / poll) * poll; now < end;) {
      this.#passUntil(now);
      const isCalm = this.#tick(now);
      // To the last tick at or before what comes next: the one after it sees it, whichever way a bound is rounded.
      const next = isCalm && ticks === 'needed' ? Math.floor(Math.min(this.#nextEvent(now), end) / poll) * poll : now;
      now = Math.max(now + poll, next);
    }
    for (const { requested } of [...this.#vms, ...this.#draining]) this.#vmSeconds += end - requested;
  }

  /**
   * Until then a calm pool's ticks do nothing: a job comes or ends, a VM registers, the hour turns, or a time that something is kept for
   * runs out. A choice of rules takes hundreds of months; most of their ticks are such ones.
   */
  #nextEvent(now: number): number {
    const { keep, burst, ready } = this.#rules;
    let next = Math.min(this.#jobs[this.#arrived]?.at ?? Infinity, this.#boots[0] ?? Infinity, (Math.floor(now / HOUR) + 1) * HOUR);
    const consider = (at: number): void => {
      if (at >= now && at < next) next = at;
    };
    for (const { busyUntil, idleSince } of this.#vms) {
      consider(busyUntil);
      consider(idleSince + this.#plain.idleFor);
      if (keep !== undefined) consider(idleSince + keep.minutes * 60);
      if (burst !== undefined) consider(idleSince + burst.minutes * 60);
    }
    if (this.#draining[0] !== undefined) consider((this.#draining[0].drainedAt ?? 0) + this.#drainLasts);
    if (burst !== undefined) consider((this.#jobs[this.#firstRecent]?.at ?? Infinity) + BURST_SECONDS);
    if (ready !== undefined) consider((this.#jobs[this.#arrived - 1]?.at ?? Infinity) + ready.within * 60);
    return next;
  }

  /** Registrations, arrivals, ends of jobs and of drains, in the order of time. */
  #passUntil(now: number): void {
    for (;;) {
      const boot = this.#boots[0] ?? Infinity;
      const arrival = this.#jobs[this.#arrived]?.at ?? Infinity;
      const free = this.#arrived > this.#started ? this.#nextFree() : Infinity;
      const next = Math.min(boot, arrival, free);
      if (next >= now) break;
      if (next === boot) {
        this.#boots.shift();
        this.#vms.push({ requested: boot - BOOT_SECONDS, idleSince: boot, drainedAt: undefined, busyUntil: boot });
      } else if (next === arrival) this.#arrived += 1;
      this.#place(next);
    }
    this.#endDrains(now);
  }

  #nextFree(): number {
    let next = Infinity;
    for (const { busyUntil } of this.#vms) if (busyUntil < next) next = busyUntil;
    return next;
  }

  #place(now: number): void {
    while (this.#started < this.#arrived) {
      const vm = this.#vms.find(({ busyUntil }) => busyUntil <= now);
      const job = this.#jobs[this.#started];
      if (vm === undefined || job === undefined) return;
      this.#waits.push(now - job.at);
      vm.busyUntil = now + job.seconds + STOP_SECONDS;
      vm.idleSince = vm.busyUntil;
      this.#started += 1;
    }
  }

  #endDrains(now: number): void {
    while (this.#draining[0] !== undefined && (this.#draining[0].drainedAt ?? 0) + this.#drainLasts <= now) {
      const vm = this.#draining.shift() as Vm;
      this.#vmSeconds += (vm.drainedAt ?? 0) + this.#drainLasts + GONE_SECONDS - vm.requested;
    }
  }

  /** True: calm. Nothing was done, and the next ticks can only do what {@link #nextEvent} brings about. */
  #tick(now: number): boolean {
    const numbers = numbersOf(this.#rules, this.#rateOf(now), this.#recent(now));
    const waiting = this.#arrived - this.#started;
    // A choice of rules takes millions of ticks, and in most of them nothing goes: so idle ones are counted, and listed only for that.
    let idle = 0;
    for (const { busyUntil } of this.#vms) if (busyUntil <= now) idle += 1;
    const minIdle = Math.max(this.#plain.minIdle, numbers.minIdle);
    const known = this.#vms.length;
    const isSettled = this.#grow(now, waiting, idle, minIdle, numbers.extra);
    if (waiting === 0) this.#shrink(now, { idle, known, minIdle, keepFor: numbers.keepMinutes * 60 });
    return isSettled && this.#vms.length === known;
  }

  #rateOf(now: number): number {
    const hour = Math.floor(now / HOUR);
    if (hour !== this.#hour) [this.#hour, this.#rate] = [hour, this.#rateAt(now)];
    return this.#rate;
  }

  #recent(now: number): Recent {
    while ((this.#jobs[this.#firstRecent]?.at ?? Infinity) <= now - BURST_SECONDS) this.#firstRecent += 1;
    const last = this.#jobs[this.#arrived - 1]?.at;
    return {
      sinceMinutes: last === undefined ? Infinity : (now - last) / 60,
      jobs: Math.max(0, this.#arrived - this.#firstRecent),
    };
  }

  /** True: no runner is lacking, or MAX_RUNNERS leave no room for another. */
  #grow(now: number, waiting: number, idle: number, minIdle: number, extra: number): boolean {
    const { minRunners, maxRunners } = this.#plain;
    const booting = this.#boots.length;
    const ahead = waiting > idle ? Math.max(this.#plain.extra, extra) : 0;
    let lack = Math.max(waiting + Math.max(minIdle, ahead) - idle - booting, minRunners - this.#vms.length - booting);
    for (; lack > 0 && this.#draining.length > 0; lack -= 1) {
      const vm = this.#draining.pop() as Vm;
      this.#vms.push({ ...vm, drainedAt: undefined, idleSince: now });
    }
    const room = maxRunners - this.#vms.length - this.#draining.length - booting;
    if (now >= this.#orderedUntil && Math.min(lack, room) > 0) {
      for (let left = Math.min(lack, room); left > 0; left -= 1) this.#boots.push(now + BOOT_SECONDS);
      this.#orderedUntil = now + ORDER_SECONDS;
    }
    this.#place(now);
    return Math.min(lack, room) <= 0;
  }

  /** `known`: so many VMs were there when idle ones were counted; what was given back since does not go again. */
  #shrink(now: number, { idle, known, minIdle, keepFor }: Readonly<Record<'idle' | 'known' | 'minIdle' | 'keepFor', number>>): void {
    const { idleFor, keepNewest, minRunners } = this.#plain;
    let spare = Math.min(idle - minIdle, this.#vms.length - minRunners);
    if (spare <= 0) return;
    const longestFirst = this.#vms
      .slice(0, known)
      .filter(({ busyUntil }) => busyUntil <= now)
      .sort((a, b) => a.idleSince - b.idleSince);
    for (const [index, vm] of longestFirst.entries()) {
      if (spare <= 0) return;
      const place = longestFirst.length - index;
      const since = now - vm.idleSince;
      if ((place <= keepNewest && since < idleFor) || (place === 1 && since < keepFor)) continue;
      spare -= 1;
      this.#vms.splice(this.#vms.indexOf(vm), 1);
      this.#draining.push({ ...vm, drainedAt: now });
    }
  }

  result(): Trial {
    const sorted = this.#waits.toSorted((a, b) => a - b);
    return {
      waitMinutes: this.#waits.reduce((total, wait) => total + wait, 0) / 60,
      waitP95Seconds: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? 0,
      vmMinutes: this.#vmSeconds / 60,
      jobs: this.#jobs.length,
    };
  }
}
