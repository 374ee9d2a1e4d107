import type { Fault, HostHooks, Message, MessageFault, Step } from '../host';

/** The hooks of many engine faults as one: the first that has something to do with a step or message does it. */
export function engineHub(): {
  readonly hooks: HostHooks;
  addStep(hook: (step: Step) => Fault | undefined): void;
  addMessage(hook: (message: Message) => MessageFault | undefined): void;
} {
  const steps: ((step: Step) => Fault | undefined)[] = [];
  const messages: ((message: Message) => MessageFault | undefined)[] = [];
  const first = <G, T>(hooks: readonly ((given: G) => T | undefined)[], given: G): T | undefined => {
    for (const hook of hooks) {
      const answer = hook(given);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  return {
    hooks: { beforeStep: (step) => first(steps, step), onMessage: (message) => first(messages, message) },
    addStep: (hook) => void steps.push(hook),
    addMessage: (hook) => void messages.push(hook),
  };
}
