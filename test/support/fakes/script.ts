/** Scripted failures and the record of calls, shared by the fakes. */
export class Script<M extends string> {
  readonly calls: { readonly method: M; readonly args: readonly unknown[] }[] = [];
  readonly #next = new Map<M, Error[]>();

  /** The next call of `method` throws this instead of working; several queue up. */
  fail(method: M, error: Error): void {
    this.#next.set(method, [...(this.#next.get(method) ?? []), error]);
  }

  /** Records the call; throws what was scripted for it. */
  enter(method: M, ...args: readonly unknown[]): void {
    this.calls.push({ method, args });
    const error = this.#next.get(method)?.shift();
    if (error !== undefined) throw error;
  }

  count(method: M): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  reset(): void {
    this.calls.length = 0;
    this.#next.clear();
  }
}
