import { randomUUID } from 'node:crypto';
import * as tls from 'node:tls';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** The authority that signed it: what a client is to trust. */
  readonly ca: string;
}

/** Wide and fixed, since a virtual clock may stand anywhere; TLS itself checks against the machine's real time. */
const VALID = { notBeforeDate: new Date('2020-01-01T00:00:00Z'), notAfterDate: new Date('2049-12-31T00:00:00Z') };
const ELLIPTIC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', ...VALID } as const;

/**
 * An authority of its own for this start – its name too: of two trusted authorities with one name TLS tries the first alone – and a
 * certificate for this machine alone. The authority's key is forgotten at once.
 */
export async function createCertificate(): Promise<Certificate> {
  const authority = await generate([{ name: 'commonName', value: `Simulated Azure ${randomUUID()}` }], {
    ...ELLIPTIC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...ELLIPTIC,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: leaf.private, cert: leaf.cert, ca: authority.cert };
}

/**
 * Makes this process trust an authority from now on, beside those it trusts already. NODE_EXTRA_CA_CERTS does so only when set before
 * the start. Connections made before keep their old trust: call it before the app's clients are made. Node 22.19, 24.5 or later.
 */
export function trustCa(pem: string): void {
  if (typeof tls.setDefaultCACertificates !== 'function')
    throw new Error(
      `Node ${process.version} cannot trust a certificate at run time; use Node 22.19, 24.5 or later, or start with NODE_EXTRA_CA_CERTS.`,
    );
  tls.setDefaultCACertificates([...new Set([...tls.getCACertificates('default'), pem])]);
}
