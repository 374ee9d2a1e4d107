import type { WorldClock } from './clock';
import type { Call, Reply } from './exchange';
import type { WorldFaults } from './faults';
import { BASE36, type Random } from './random';

export interface Identity {
  /** The secret that the platform puts beside the address into the app's environment. */
  readonly header: string;
  answer(call: Call, skewMs: number): Reply;
  /** Whether a bearer token was issued here and not revoked. */
  knows(authorization: string | undefined): boolean;
  /** All tokens so far turn invalid. */
  revoke(): void;
}

const LIFE_SECONDS = 86_400;
const VERSION = '2019-08-01';

/**
 * The token endpoint of a managed identity in App Service and Functions. Tokens do not run out by the world's clock: an app beside a
 * scaled world lives in another time. https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function createIdentity(random: Random, clock: WorldClock, faults: WorldFaults = {}): Identity {
  const header = random.text(BASE36, 32);
  const issued = new Set<string>();
  const bad = (status: number, message: string): Reply => ({ kind: 'token', status, body: { statusCode: status, message } });
  return {
    header,
    answer: (call, skewMs) => {
      if (call.headers['x-identity-header'] !== header) return bad(401, 'X-IDENTITY-HEADER is missing or wrong.');
      const resource = call.query.get('resource');
      if (call.query.get('api-version') !== VERSION) return bad(400, `Only api-version ${VERSION} is known.`);
      if (resource === null || resource === '') return bad(400, 'resource is required.');
      const token = tokenFor(resource, random.text(BASE36, 40));
      issued.add(token);
      const expires = Math.floor((clock.now() + skewMs) / 1_000) + (faults.tokenSeconds?.() ?? LIFE_SECONDS);
      return {
        kind: 'token',
        status: 200,
        body: { access_token: token, expires_on: String(expires), resource, token_type: 'Bearer', client_id: '' },
      };
    },
    knows: (authorization) => {
      const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
      return token !== undefined && issued.has(token);
    },
    revoke: () => issued.clear(),
  };
}

/** Wide and fixed, as the certificate is: a storage emulator that reads the token has the machine's real time, whatever the world's. */
const LIFETIME = { iat: Date.UTC(2020, 0) / 1_000, nbf: Date.UTC(2020, 0) / 1_000, exp: Date.UTC(2049, 11, 31) / 1_000 };
const TENANT = '00000000-0000-4000-8000-000000000000';

/** Shaped as Entra's tokens are, for who looks into it; nobody checks its signature. */
function tokenFor(resource: string, signature: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { aud: resource, iss: `https://sts.windows.net/${TENANT}/`, ...LIFETIME };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.${signature}`;
}
