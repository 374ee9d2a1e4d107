/** The whole of one call, token and pages included, in ms. */
export const READ_MS = 90_000;
export const WRITE_MS = 30_000;

/** The code of what {@link within} throws. */
export const DEADLINE = 'deadline';

/**
 * Runs `work` with a signal that fires after `ms`; then throws, whether or not the work listens (the Azure SDK passes the signal to neither
 * later pages nor the identity endpoint, and a Request that was garbage-collected passes it on no more). What was sent before may still
 * take effect.
 */
export async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no answer within ${String(ms / 1_000)} s`), { code: DEADLINE }));
      controller.abort();
    }, ms);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
