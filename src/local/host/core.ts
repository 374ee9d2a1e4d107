import Module from 'node:module';
import type { Binding, FunctionCallback, FunctionMetadata, HookCallback, HookName, Log, LogLevel, ProgrammingModel } from './coreTypes';

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  readonly trigger: Binding;
  /** The trigger's binding name: a hash, different for every function. */
  readonly triggerName: string;
}

const HOOKS: readonly HookName[] = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'];

class Disposable {
  private readonly undo: () => unknown;
  constructor(undo: () => unknown) {
    this.undo = undo;
  }
  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => parts.forEach((part) => part.dispose()));
  }
  dispose(): unknown {
    return this.undo();
  }
}

/** What `require('@azure/functions-core')` gives the SDK: one per loaded app. */
export class Core {
  readonly version = '4.0.0-local';
  readonly hostVersion = '4.0.0-local';
  readonly Disposable = Disposable;
  readonly functions = new Map<string, RegisteredFunction>();
  /** Hook data that all hooks of one app share. */
  readonly appHookData: Record<string, unknown> = {};
  private readonly hooks = new Map<HookName, HookCallback[]>();
  private model: ProgrammingModel | undefined;
  private sealed = false;
  private readonly sink: Log;

  constructor(sink: Log) {
    this.sink = sink;
  }

  registerFunction = (metadata: FunctionMetadata, callback: FunctionCallback): Disposable => {
    if (this.sealed) throw new Error('A function can only be registered during app startup.');
    const key = metadata.name.toLowerCase();
    if (this.functions.has(key)) throw new Error(`A function named "${metadata.name}" is already registered.`);
    const found = Object.entries(metadata.bindings).find(([, binding]) => binding.type.toLowerCase().endsWith('trigger'));
    if (found === undefined) throw new Error(`The function "${metadata.name}" has no trigger.`);
    this.functions.set(key, { metadata, callback, triggerName: found[0], trigger: found[1] });
    return new Disposable(() => this.functions.delete(key));
  };

  registerHook = (name: HookName, callback: HookCallback): Disposable => {
    if (!HOOKS.includes(name)) throw new RangeError(`Unrecognized hook "${name}"`);
    const list = this.hooks.get(name) ?? [];
    this.hooks.set(name, [...list, callback]);
    return new Disposable(() =>
      this.hooks.set(
        name,
        (this.hooks.get(name) ?? []).filter((other) => other !== callback),
      ),
    );
  };

  setProgrammingModel = (model: ProgrammingModel): void => {
    this.model = model;
  };

  getProgrammingModel = (): ProgrammingModel => {
    if (this.model === undefined) throw new Error('The app registered no function: no programming model was set.');
    return this.model;
  };

  log = (level: LogLevel, category: string, message: string): void => this.sink({ level, category, message });

  hasHooks(name: HookName): boolean {
    return (this.hooks.get(name)?.length ?? 0) > 0;
  }

  async runHooks(name: HookName, context: Record<string, unknown>): Promise<void> {
    for (const hook of this.hooks.get(name) ?? []) await hook(context);
  }

  /** Registration ends with start-up, as in the real worker. */
  seal(): void {
    this.sealed = true;
  }

  find(name: string, type: string): RegisteredFunction | undefined {
    const found = this.functions.get(name.toLowerCase());
    return found?.trigger.type === type ? found : undefined;
  }
}

let current: Core | undefined;
let intercepted = false;

/**
 * Runs `load` with `core` answering for '@azure/functions-core'.
 * The SDK asks for it lazily and remembers the answer (a failure too): so the hook stands before the first registration.
 */
export function withCore<T>(core: Core, load: () => T): T {
  current = core;
  if (!intercepted) {
    intercepted = true;
    const prototype = Module.prototype as unknown as { require: (this: unknown, id: string) => unknown };
    const real = prototype.require;
    prototype.require = function require(this: unknown, id: string): unknown {
      return id === '@azure/functions-core' && current !== undefined ? current : Reflect.apply(real, this, [id]);
    };
  }
  return load();
}
