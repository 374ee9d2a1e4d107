import * as df from 'durable-functions';
import type { InvocationContext } from '@azure/functions';
import { FUNCTIONS } from '../names';
import { writeMirror } from '../persist/flagMirror';
import { clientInput, engineOf } from './engine';
import { store } from './environment';

/** Flags and protected ids are copied to a blob, so that a new task hub keeps them. */
df.app.activity(FUNCTIONS.commandStep, {
  extraInputs: [clientInput],
  handler: async ({ pool }: { pool: string }, context: InvocationContext): Promise<void> => {
    const memory = await engineOf(context).readMemory(pool);
    if (memory !== undefined) await writeMirror(store(), pool, memory.flags);
  },
});
