interface Entry {
  readonly due: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Due times in order, first come first served among equals. A cancelled entry stays until its turn, or until half are cancelled. */
export class TimerHeap {
  private heap: Entry[] = [];
  private count = 0;
  private cancelled = 0;

  add(due: number, run: () => void): () => void {
    const entry: Entry = { due, order: this.count++, run };
    this.heap.push(entry);
    this.rise(this.heap.length - 1);
    return () => {
      if (entry.run === undefined) return;
      entry.run = undefined;
      this.cancelled += 1;
      if (this.cancelled > 64 && this.cancelled * 2 > this.heap.length) this.compact();
    };
  }

  /** When the next timer that was not cancelled is due. */
  next(): number | undefined {
    for (;;) {
      const first = this.heap[0];
      if (first === undefined) return undefined;
      if (first.run !== undefined) return first.due;
      this.pop();
      this.cancelled -= 1;
    }
  }

  take(): (() => void) | undefined {
    if (this.next() === undefined) return undefined;
    const entry = this.pop();
    const run = entry?.run;
    if (entry !== undefined) entry.run = undefined;
    return run;
  }

  private pop(): Entry | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) {
      this.heap[0] = last;
      this.sink(0);
    }
    return first;
  }

  private compact(): void {
    this.heap = this.heap.filter((entry) => entry.run !== undefined).sort(before);
    this.cancelled = 0;
  }

  private rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  private sink(from: number): void {
    for (let at = from; ;) {
      const left = at * 2 + 1;
      const right = left + 1;
      const [l, r] = [this.heap[left], this.heap[right]];
      if (l === undefined) return;
      const least = r !== undefined && before(r, l) < 0 ? right : left;
      if (!this.swapIfBefore(least, at)) return;
      at = least;
    }
  }

  private swapIfBefore(a: number, b: number): boolean {
    const [x, y] = [this.heap[a], this.heap[b]];
    if (x === undefined || y === undefined || before(x, y) >= 0) return false;
    this.heap[a] = y;
    this.heap[b] = x;
    return true;
  }
}

const before = (a: Entry, b: Entry): number => a.due - b.due || a.order - b.order;
