let pending = 0;

/** Runs `run` in a later turn of the event loop; a clock that stands still while anything is to be done looks at {@link turnsPending}. */
export function nextTurn(run: () => void): void {
  pending += 1;
  setImmediate(() => {
    pending -= 1;
    run();
  });
}

export const turnsPending = (): boolean => pending > 0;
