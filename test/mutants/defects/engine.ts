import type { Mutant } from '../defect';

const HISTORIES = { test: 'test/replay/histories.test.ts' };
const TASK = 'src/functions/orchestrators/task.ts';

/** Use of the durable engine, and the keeper. */
export const engine: readonly Mutant[] = [
  {
    name: 'ask no status before startNew',
    danger: 'The engine takes a start over a finished instance: an old scale-in runs again.',
    file: 'src/functions/engine.ts',
    from: "if ((await stateOf(client, id)) !== 'absent') return;",
    to: '',
    check: { test: 'test/simulation/stories/engine.test.ts' },
  },
  {
    name: 'wake without a durable step',
    danger: 'The won event comes again in the next generation: the loop spins, and not even terminate ends it.',
    file: 'src/functions/orchestrators/autoscaler.ts',
    from: 'if (woken !== undefined) yield* sleep(context, quietTime(answer) - nowOf(context));',
    to: '',
    check: { ...HISTORIES, named: 'loop-wake' },
  },
  {
    name: 'each wake brings a tick at once',
    danger: 'A webhook for each of a hundred workflows reads the group a hundred times, and Azure throttles the scale set.',
    file: 'src/functions/orchestrators/autoscaler.ts',
    from: 'plan.at + (timing.pollLeast ?? timing.second)',
    to: 'plan.at',
    check: { test: 'test/simulation/stories/wakes.test.ts' },
  },
  {
    name: 'signal an entity that is called',
    danger: 'A signal at the end of a generation and a call at the start of the next hang the loop for good.',
    file: TASK,
    from: 'const answer = yield context.df.callEntity(entityOf(pool), operation, input);',
    to: "if (operation === 'settle') context.df.signalEntity(entityOf(pool), operation, input);\n  const answer = operation === 'settle' ? undefined : yield context.df.callEntity(entityOf(pool), operation, input);",
    check: { test: 'test/simulation/stories/engine.test.ts', named: 'never signal it' },
  },
  {
    name: 'a losing timer is left open',
    danger: 'It holds the next generation back until it fires: a wake waits for the poll it was to replace.',
    file: TASK,
    from: 'timer.cancel();',
    to: '',
    check: HISTORIES,
  },
  {
    name: 'scaleIn loses outcomes when a child fails',
    danger: 'One failed drain hides what became of all others.',
    file: 'src/functions/orchestrators/scaleIn.ts',
    from: '} catch {',
    to: '} catch (error) {\n    throw error;',
    check: { test: 'test/replay/deploy.test.ts', named: 'whose drain does not fit' },
  },
  {
    name: 'an act that fails ends the loop',
    danger: 'One activity that throws stops the scaling until somebody looks.',
    file: 'src/functions/orchestrators/autoscaler.ts',
    from: '} catch {\n    // What was admitted',
    to: '} catch (error) {\n    throw error;\n    // What was admitted',
    check: { test: 'test/simulation/stories/engine.test.ts' },
  },
  {
    name: 'keeper trusts runtimeStatus',
    danger: 'A loop that hangs reads as Running, and nothing scales for days.',
    file: 'src/observe/keep.ts',
    from: 'return now > due + OVER_AGE_MINUTES * ENGINE_MINUTE',
    to: 'return now < 0',
    check: { test: 'test/settings/engineTime.test.ts' },
  },
  {
    name: 'keeper starts what an operator stopped',
    danger: 'A stop holds for a minute.',
    file: 'src/observe/keep.ts',
    from: 'if (memory?.flags.stopped !== undefined) return',
    to: 'if (memory?.flags.stopped === null) return',
    check: { test: 'test/app/keeper.test.ts', named: 'outlives the task hub' },
  },
  {
    name: 'a terminate by an operator is undone',
    danger: 'The loop that was ended in an emergency is back a minute later.',
    file: 'src/observe/keep.ts',
    from: '!given.startsWith(KEEPER_REASON)',
    to: 'given.startsWith(KEEPER_REASON)',
    check: { test: 'test/http/routes.test.ts', named: 'terminate that counts as a stop' },
  },
  {
    name: 'whatever ends a step is its answer',
    danger:
      'The host dies within two checkpoints: a timer of the torn turn ends the delete, and the drain fails without its certificate’s end.',
    file: 'src/functions/orchestrators/task.ts',
    from: "if (typeof answer !== 'object' || answer === null) throw",
    to: 'if (answer === 0) throw',
    check: { test: 'test/drain/torn.test.ts' },
  },
];
