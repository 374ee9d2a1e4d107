/** Addresses of the durable API: one for people and portals, one that the SDK's client uses. */
export const PUBLIC_BASE = '/runtime/webhooks/durabletask';
export const RPC_BASE = '/durabletask';

/** The value of a durableClient binding. Placeholders are the extension's own; the SDK fills them in. */
export function clientBinding(origin: string, hubName: string, key: string | undefined): Record<string, unknown> {
  const base = `${origin}${PUBLIC_BASE}`;
  const required = `taskHub=${hubName}&connection=Storage${key === undefined ? '' : `&code=${encodeURIComponent(key)}`}`;
  return {
    taskHubName: hubName,
    creationUrls: {
      createNewInstancePostUri: `${base}/orchestrators/{functionName}[/{instanceId}]?${required}`,
      createAndWaitOnNewInstancePostUri: `${base}/orchestrators/{functionName}[/{instanceId}]?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${required}`,
    },
    managementUrls: instanceUrls(base, 'INSTANCEID', required),
    baseUrl: base,
    requiredQueryStringParameters: required,
    rpcBaseUrl: `${origin}${RPC_BASE}/`,
  };
}

export function instanceUrls(base: string, id: string, required: string): Record<string, string> {
  const one = `${base}/instances/${id}`;
  const query = required === '' ? '' : `?${required}`;
  const also = required === '' ? '' : `&${required}`;
  return {
    id,
    statusQueryGetUri: `${one}${query}`,
    sendEventPostUri: `${one}/raiseEvent/{eventName}${query}`,
    terminatePostUri: `${one}/terminate?reason={text}${also}`,
    rewindPostUri: `${one}/rewind?reason={text}${also}`,
    purgeHistoryDeleteUri: `${one}${query}`,
    restartPostUri: `${one}/restart${query}`,
    suspendPostUri: `${one}/suspend?reason={text}${also}`,
    resumePostUri: `${one}/resume?reason={text}${also}`,
  };
}
