import type { ContainerClient } from '@azure/storage-blob';
import type { Certificate } from '../../model/drain';
import type { PoolMemory } from '../../model/pool';
import type { WorldEvent } from '../world/state';

/** What must hold after any number of kills; each finding is one sentence. */
export function findingsOf(
  events: readonly WorldEvent[],
  certificates: readonly Certificate[],
  step: number,
  capacities: readonly number[],
): readonly string[] {
  const findings: string[] = [];
  const open = certificates.filter((certificate) => certificate.outcome === undefined);
  if (open.length > 0) findings.push(`drains without an end: ${open.map(({ drain }) => drain).join(', ')}`);
  const deleted = certificates.filter((certificate) => certificate.outcome === 'deleted').map(({ vmId }) => vmId);
  for (const vmId of twice(deleted)) findings.push(`two drains deleted VM ${vmId}`);
  const gone = events.filter(({ kind }) => kind === 'vm-gone').map((event) => event.vmId ?? event.subject);
  // What Azure took away itself needs no certificate.
  const evicted = events.filter(({ kind, note }) => kind === 'vm-died' && note === 'evicted').map(({ vmId }) => vmId);
  for (const vmId of gone) if (!deleted.includes(vmId) && !evicted.includes(vmId)) findings.push(`VM ${vmId} went without a certificate`);
  for (const runner of twice(events.filter(({ kind }) => kind === 'runner-deregistered').map(({ subject }) => subject)))
    findings.push(`runner ${runner} was deregistered twice`);
  capacities.forEach((capacity, index) => {
    const before = capacities[index - 1] ?? capacity;
    if (capacity - before > step) findings.push(`capacity rose from ${before} to ${capacity}, a step is ${step}`);
  });
  return findings;
}

const twice = (values: readonly string[]): readonly string[] => values.filter((value, index) => values.indexOf(value) !== index);

/** A stamp that went back or was lost. A growth that surely did not happen gives the scale-out stamp back as it was. */
export function lostStamps(before: PoolMemory, after: PoolMemory): readonly string[] {
  return (['scaleOutAt', 'scaleInAt', 'giveBackAt'] as const).flatMap((key) => {
    const [was, is] = [before.cooldowns[key], after.cooldowns[key]];
    const revoked = key === 'scaleOutAt' && is === after.growth?.cooldownBefore;
    return was !== undefined && (is ?? 0) < was && !revoked ? [`the stamp ${key} went back from ${was} to ${is ?? 'nothing'}`] : [];
  });
}

export async function readCertificates(container: ContainerClient): Promise<readonly Certificate[]> {
  const certificates: Certificate[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix: 'drains/' }))
    certificates.push(JSON.parse((await container.getBlobClient(name).downloadToBuffer()).toString()) as Certificate);
  return certificates;
}
