/** Reads again and again while the page is seen and the user wants it to: an unseen page costs the app nothing. */
export interface Refresh {
  /** At once; the next reading counts from this one. */
  now(): void;
  setLive(isLive: boolean): void;
}

const EVERY_MS = 5_000;
const AFTER_FAILURE_MS = 15_000;

/** `read` answers whether it went well; a reading that runs is never joined by a second one. */
export function startRefresh(read: () => Promise<boolean>): Refresh {
  let timer: number | undefined;
  let isLive = true;
  let isReading = false;
  let isAsked = false;

  async function run(): Promise<void> {
    clearTimeout(timer);
    if (isReading) {
      isAsked = true;
      return;
    }
    isReading = true;
    const isWell = await read();
    isReading = false;
    if (isAsked) {
      isAsked = false;
      void run();
    } else if (isLive && !document.hidden) timer = window.setTimeout(() => void run(), isWell ? EVERY_MS : AFTER_FAILURE_MS);
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else if (isLive) void run();
  });
  window.addEventListener('online', () => void run());
  return {
    now: () => void run(),
    setLive(wanted) {
      isLive = wanted;
      if (wanted) void run();
      else clearTimeout(timer);
    },
  };
}
