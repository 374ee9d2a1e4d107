import { byId, setHidden, setText } from './dom';

/** Asks for the function key, only after the app refused to answer without one. */
export function createDoor(onKey: (key: string) => void): { open(wasRefused: boolean): void; close(): void } {
  const door = byId('door');
  const input = byId('key') as HTMLInputElement;
  const why = byId('door-why');
  const first = why.textContent ?? '';
  byId('door-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const key = input.value.trim();
    input.value = '';
    if (key !== '') onKey(key);
  });
  return {
    open(wasRefused) {
      setText(why, wasRefused ? 'The app refused this key. It may be mistyped, renewed, or that of another app.' : first);
      why.classList.toggle('refused', wasRefused);
      if (wasRefused) why.setAttribute('role', 'alert');
      const wasHidden = door.hidden;
      setHidden(door, false);
      if (wasHidden) input.focus();
    },
    close: () => setHidden(door, true),
  };
}
