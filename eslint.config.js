// Lint holds what the compiler does not: floating promises, forgotten union cases, lost causes,
// and the purity of the stages (see docs/architecture.md).
import tseslint from 'typescript-eslint';

/** Where network, disk, clock and environment may be touched. */
const edges = [
  'shared/settings/tencent/**',
  'shared/evidence/stores/**',
  'shared/wire.ts',
  'shared/edge.ts',
  'shared/report/html/client/**',
  'functions/**',
  'cli/**',
  'simulator/**',
  'bench/**',
  'test/**',
  '*.ts',
];

const purity = {
  'no-restricted-globals': [
    'error',
    ...['process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'console'].map((name) => ({
      name,
      message: 'Pure code gets this through a port (shared/ports.ts).',
    })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Time is an argument.' },
    { object: 'Math', property: 'random', message: 'Chance is an argument.' },
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
      message: 'Time is an argument.',
    },
  ],
};

/** @param {readonly string[]} allowed node modules that compute and touch nothing */
const onlyNodeModules = (allowed) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          regex: `^node:(?!(${allowed.join('|') || '-'})$)`,
          message: 'Pure code imports no node module that touches the world.',
        },
      ],
    },
  ],
});

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', '.stryker-tmp/**', '*.config.{js,mjs}'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      '@typescript-eslint/strict-boolean-expressions': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      'preserve-caught-error': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-param-reassign': ['error', { props: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  { files: ['*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  { files: ['shared/**'], ignores: edges, rules: { ...purity, ...onlyNodeModules([]) } },
  {
    files: ['shared/evidence/**', 'shared/notice/**'],
    ignores: edges,
    rules: onlyNodeModules(['crypto']),
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-unsafe-type-assertion': 'off' },
  },
);
