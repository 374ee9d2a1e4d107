import type { Core, RegisteredFunction } from './core';
import type { InvocationResponse, Log, LogLevel, RpcData } from './coreTypes';
import type { Counters } from './counters';

export interface Invocation {
  readonly response: InvocationResponse;
  /** What the function returned, before it was put into wire form: only for diagnosis. */
  readonly result: unknown;
}

export type Invoke = (fn: RegisteredFunction, trigger: RpcData, instanceId?: string) => Promise<Invocation>;

interface HookContext extends Record<string, unknown> {
  inputs: unknown[];
  functionCallback: (...inputs: unknown[]) => unknown;
  result?: unknown;
  error?: unknown;
}

/**
 * Calls functions the way the worker does: everything goes in and comes out in its wire form,
 * so that a Date, a Map or `undefined` is lost here as it is lost in Azure.
 */
export function invoker(core: Core, log: Log, counters: Counters, clientData: string, newId: () => string): Invoke {
  return async (fn, trigger, instanceId) => {
    const { name, bindings } = fn.metadata;
    const invocationId = newId();
    const inputData: { name: string; data: RpcData }[] = [{ name: fn.triggerName, data: trigger }];
    for (const [binding, { type }] of Object.entries(bindings)) {
      if (type === 'durableClient') inputData.push({ name: binding, data: { json: clientData } });
    }
    const request = {
      invocationId,
      functionId: name,
      inputData,
      triggerMetadata: {},
      traceContext: { traceParent: '', traceState: '', attributes: {} },
    };
    const write = (level: LogLevel, category: string, message: string): void =>
      log({ level, category, message, functionName: name, ...(instanceId === undefined ? {} : { instanceId }) });
    const coreContext = { invocationId, request, metadata: fn.metadata, state: 'starting', log: write };
    const began = performance.now();
    try {
      const model = core.getProgrammingModel().getInvocationModel(coreContext);
      const { context, inputs } = await model.getArguments();
      const hook: HookContext = {
        hookData: {},
        appHookData: core.appHookData,
        invocationContext: context,
        inputs,
        functionCallback: fn.callback,
      };
      coreContext.state = 'preInvocationHooks';
      if (core.hasHooks('preInvocation')) await core.runHooks('preInvocation', hook);
      coreContext.state = 'invocation';
      try {
        hook.result = await model.invokeFunction(context, hook.inputs, hook.functionCallback);
      } catch (error) {
        hook.error = error;
      }
      coreContext.state = 'postInvocationHooks';
      if (core.hasHooks('postInvocation')) await core.runHooks('postInvocation', { result: null, error: null, ...hook });
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- whatever the function threw is passed on as it is
      if (hook.error !== undefined) throw hook.error;
      return { response: await model.getResponse(context, hook.result), result: hook.result };
    } finally {
      counters.invoked(name, performance.now() - began);
    }
  };
}

/** A wire value as JSON text, the form in which the engine stores it. */
export function jsonOf(data: RpcData | null | undefined): string {
  if (data === null || data === undefined) return 'null';
  if (data.json !== undefined) return data.json;
  if (data.string !== undefined) return JSON.stringify(data.string);
  if (data.bytes !== undefined) return JSON.stringify(Buffer.from(data.bytes).toString('base64'));
  return JSON.stringify(data.int ?? data.double ?? null);
}
