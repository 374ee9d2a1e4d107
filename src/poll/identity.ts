/**
 * A runner belongs to an instance when its ComputerName equals the instance's computer name (ignoring case) or is it followed by "." and
 * a domain. Never a mere prefix: "runner1" is not the machine "runner".
 */
export function sameMachine(entryName: string | undefined, computerName: string | undefined): boolean {
  if (!entryName || !computerName) return false;
  const entry = entryName.toLowerCase();
  const machine = computerName.toLowerCase();
  return entry === machine || (entry.startsWith(machine + '.') && entry.length > machine.length + 1);
}

/** Instances by lower-case computer name: one look-up per runner, whatever the size of the fleet. */
export class MachineIndex<T> {
  readonly #byName = new Map<string, T[]>();

  add(computerName: string | undefined, item: T): void {
    if (!computerName) return;
    const key = computerName.toLowerCase();
    const found = this.#byName.get(key);
    if (found) found.push(item);
    else this.#byName.set(key, [item]);
  }

  /** All items whose computer name is the entry's machine by {@link sameMachine}. */
  find(entryName: string | undefined): readonly T[] {
    if (!entryName) return [];
    const entry = entryName.toLowerCase();
    const found = [...(this.#byName.get(entry) ?? [])];
    for (let dot = entry.indexOf('.'); dot > 0; dot = entry.indexOf('.', dot + 1)) {
      if (dot < entry.length - 1) found.push(...(this.#byName.get(entry.slice(0, dot)) ?? []));
    }
    return found;
  }
}
