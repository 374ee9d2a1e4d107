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

/** The machines that an entry of this name may be: its whole name, and what stands before each dot of a domain. Lower case. */
export function machinesOf(entryName: string | undefined): readonly string[] {
  if (!entryName) return [];
  const entry = entryName.toLowerCase();
  const names = [entry];
  for (let dot = entry.indexOf('.'); dot > 0; dot = entry.indexOf('.', dot + 1))
    if (dot < entry.length - 1) names.push(entry.slice(0, dot));
  return names;
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
    return machinesOf(entryName).flatMap((name) => this.#byName.get(name) ?? []);
  }
}
