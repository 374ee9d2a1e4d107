// What the compiler cannot see: the borders between folders, determinism in orchestrators, promises left alone.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'eslint/config';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { decisions } from './decisions.mjs';

const APP = ['src/**/*.ts'];
const LOCAL = 'src/local/**';
/** Runs in a browser: its clock and its fetch are the browser's. */
const PAGE = 'src/dashboard/**';
/** Code that the engine runs again from its history: the same history must lead to the same actions. */
const ORCHESTRATORS = ['src/functions/orchestrators/**/*.ts'];

const DURABLE = {
  regex: '^(durable-functions|@azure/functions)',
  message: 'Only src/functions knows Durable Functions: pass what you need as a value or behind a port.',
};
const SERVICES = {
  regex: '^(@azure/(?!functions)|ky$|node:https?$|undici)',
  message: 'Only src/adapters talks to Azure and StackGuardian: use a port of src/ports.',
};
const LOCAL_HOST = { regex: '(^|/)local(/|$)', message: 'src/local is not deployed: the app must not import it.' };
const OUTER = {
  regex: '(^|/)(functions|adapters)/',
  message: 'This folder is plain TypeScript: it may not import src/functions or src/adapters.',
};
const ACTIVITY_CODE = {
  regex: '(^|/)(adapters|environment)(/|$)|(^|/)activities$',
  allowTypeImports: true,
  message: 'An orchestrator is replayed: settings, clocks and services belong into an activity.',
};

/** `files` may not import what matches `patterns`. The last entry that matches a file counts, so each names its patterns in full. */
const border = (files, ...patterns) => ({
  files,
  ignores: [LOCAL],
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

const CLOCK = {
  object: 'Date',
  property: 'now',
  message: 'Time comes from the clock of src/adapters/clock.ts and is passed on as a value.',
};
const RANDOM = { object: 'Math', property: 'random', message: 'An orchestrator is replayed: a draw must come from an activity.' };
const NO_DATE = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date']",
  message: 'Time comes from the clock of src/adapters/clock.ts (in an orchestrator: nowOf) and is passed on as a value.',
};
const NO_ASYNC = {
  selector: ':function[async=true], AwaitExpression, ForOfStatement[await=true]',
  message: 'An orchestrator yields the tasks of the engine; a promise of its own is lost in the replay.',
};
const NO_MARKUP = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write', 'srcdoc'].map((property) => ({
  property,
  message: 'What the API says must stay text: make elements with h() of src/dashboard/view/dom.ts.',
}));
const global = (names, message) => names.map((name) => ({ name, message }));
const NO_FETCH = global(['fetch', 'XMLHttpRequest', 'WebSocket'], 'Only src/adapters talks to services: use a port of src/ports.');
const NO_WORLD = global(
  ['process', 'crypto', 'performance', 'Promise', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
  'An orchestrator is replayed: it may only use what its history gives it.',
);

export default defineConfig(
  { ignores: ['dist/**', 'node_modules/**', 'test/releases/**', '**/*.js'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['{src,test}/**/*.ts', '.config/*.mts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX, ours: { rules: { decisions } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: fileURLToPath(new URL('..', import.meta.url)) } },
    settings: {
      'import-x/extensions': ['.ts', '.mts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.mts'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.mts', '.js', '.json'] })],
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Our objects with methods are closures: there is no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'import-x/no-cycle': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: APP,
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'ours/decisions': ['error', 15],
      'max-lines': ['error', 250],
    },
  },
  {
    files: ['test/**/*.ts'],
    // Fakes answer at once where a port gives a promise; answers of a server under test are looked into as they come.
    rules: Object.fromEntries(
      [
        'require-await',
        'no-unsafe-assignment',
        'no-unsafe-member-access',
        'no-unsafe-argument',
        'no-unsafe-return',
        'no-unsafe-call',
        'no-explicit-any',
        'no-base-to-string',
      ].map((name) => [`@typescript-eslint/${name}`, 'off']),
    ),
  },
  // The borders between folders.
  border(APP, DURABLE, SERVICES, LOCAL_HOST, OUTER),
  border(['src/index.ts'], DURABLE, SERVICES, LOCAL_HOST),
  border(['src/adapters/**/*.ts'], DURABLE, LOCAL_HOST, { ...OUTER, regex: '(^|/)functions/' }),
  border(['src/functions/**/*.ts'], SERVICES, LOCAL_HOST),
  border(ORCHESTRATORS, SERVICES, LOCAL_HOST, ACTIVITY_CODE),
  { files: APP, ignores: [LOCAL, PAGE, 'src/adapters/**'], rules: { 'no-restricted-globals': ['error', ...NO_FETCH] } },
  // Determinism: time is a value everywhere; an orchestrator has nothing but its history.
  {
    files: APP,
    ignores: [LOCAL, PAGE, 'src/adapters/clock.ts'],
    rules: { 'no-restricted-properties': ['error', CLOCK], 'no-restricted-syntax': ['error', NO_DATE] },
  },
  { files: [PAGE], rules: { 'no-restricted-properties': ['error', ...NO_MARKUP] } },
  {
    files: ORCHESTRATORS,
    rules: {
      'no-restricted-globals': ['error', ...NO_FETCH, ...NO_WORLD],
      'no-restricted-properties': ['error', CLOCK, RANDOM],
      'no-restricted-syntax': ['error', NO_DATE, NO_ASYNC],
    },
  },
);
