import { app } from '@azure/functions';

/** Put in by the build: the page as one text, and the policy that lets exactly its script and style run. */
declare const DASHBOARD_HTML: string;
declare const DASHBOARD_POLICY: string;

/**
 * GET /api/dashboard. Anonymous, for it holds nothing of any pool: what it shows it asks of the routes beside it, with the key that its user
 * types in.
 */
app.http('dashboard', {
  route: 'dashboard',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': DASHBOARD_POLICY,
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
    body: DASHBOARD_HTML,
  }),
});
