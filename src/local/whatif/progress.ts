/** One line a second at most: how far, and about how long it will take. */
export function createProgress(
  print: (line: string) => void,
  now: () => number = () => performance.now(),
): (what: string, done: number, of?: number) => void {
  const began = new Map<string, number>();
  let said = -Infinity;
  return (what, done, of) => {
    const at = now();
    const from = began.get(what) ?? at;
    began.set(what, from);
    if (at - said < 1_000 && done !== of) return;
    said = at;
    const left =
      of === undefined || done === 0 || done === of
        ? ''
        : `, about ${String(Math.ceil((((at - from) / done) * (of - done)) / 1_000))} s left`;
    print(`${what}: ${String(done)}${of === undefined ? '' : ` of ${String(of)}`}${left}`);
  };
}
