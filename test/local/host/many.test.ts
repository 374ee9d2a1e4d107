import { expect, it } from 'vitest';
import { run } from './support';

it('holds thousands of ended instances as rows only, and nothing once they are purged', { timeout: 60_000 }, async () => {
  const { host, pass } = await run('basic');
  for (let n = 0; n < 2000; n += 1) host.startNew('timing', `t-${n}`);
  await pass(1_000);
  expect(host.listInstances('t-').every(({ runtimeStatus }) => runtimeStatus === 'Completed')).toBe(true);
  expect([...host.engine.instances.values()].every(({ row, events }) => row.status === 'Running' || events.length === 0)).toBe(true);
  const answer = await fetch(`${host.url}/durabletask/instances/?createdTimeFrom=2020-01-01T00:00:00Z&runtimeStatus=Completed`, {
    method: 'DELETE',
  });
  expect(await answer.json()).toEqual({ instancesDeleted: 2000 });
  expect(host.listInstances('t-')).toEqual([]);
});

it('loads the same app more than once in a process, each time afresh', async () => {
  for (let time = 0; time < 3; time += 1) {
    const { host, pass, output } = await run('hazards');
    host.startNew('counts', 'a');
    await pass(1_000);
    expect(output('a')).toBe(1);
    await host.stop();
  }
});
