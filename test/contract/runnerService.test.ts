import { ServiceError } from '../../src/errors';
import { createRunnerService } from '../../src/adapters/stackguardian/client';
import type { Runner } from '../../src/ports/runnerService';
import { createFakeRunnerService } from '../support/fakes/fakeRunnerService';
import { type Reply, startStackGuardianServer } from '../support/fakes/stackguardianServer';
import { describeRunnerService } from './runnerService.contract';

describeRunnerService('fake', async () => {
  const fake = createFakeRunnerService();
  return {
    service: fake,
    set: ({ queued, pending, runners }) => {
      fake.group = { ...fake.group, queued, pending, runners };
    },
    failReading: (code) => fake.script.fail('readGroup', new ServiceError(code, 'scripted')),
    loseAnswer: () => void fake.nextOutcomes.push({ kind: 'unknown', code: 'sg-unavailable', text: 'scripted' }),
    close: () => undefined,
  };
});

describeRunnerService('StackGuardian API over HTTP', async () => {
  const server = await startStackGuardianServer();
  const failures: Record<string, Reply> = {
    'sg-unauthorized': { status: 401 },
    'sg-forbidden': { status: 403 },
    'sg-not-found': { status: 404 },
    'sg-malformed': { status: 200, body: '<html>' },
  };
  return {
    service: createRunnerService({ baseUri: server.baseUri, org: 'acme', group: 'builders', apiKey: 'sgu_secret' }),
    set: ({ queued, pending, runners }) => {
      server.group = { QueuedWorkflowsCount: queued, PendingWorkflowsCount: pending, ContainerInstances: runners.map(toEntry) };
    },
    failReading: (code) => void server.replies.push(failures[code] ?? 'reset'),
    loseAnswer: () => void server.replies.push('reset'),
    close: () => server.close(),
  };
});

/** A runner as the API sends it; undefined fields are left out by JSON. */
function toEntry(runner: Runner): Record<string, unknown> {
  return {
    containerInstanceArn: `arn:aws:ecs:eu-central-1:1:container-instance/${runner.runnerId}`,
    runnerId: runner.runnerId,
    status: runner.status,
    agentConnected: runner.connected,
    runningTasksCount: runner.runningTasks,
    pendingTasksCount: runner.pendingTasks,
    instanceDetails: runner.computerName === undefined ? undefined : [{ ComputerName: runner.computerName, IPAddress: '10.0.0.4' }],
  };
}
