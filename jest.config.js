// Kinds of test, each its own project: `npx jest path` runs those that the path names, whatever their kind.
//   unit         src/**/*.test.ts             pure, no I/O
//   integration  test/**/*.int.test.ts        real servers through packages/testkit
//   browser      test/**/*.browser.test.ts    the whole system and a real browser: `npm run test:stories`
//   stories      test/**/*.stories.test.ts    the same, longer walks; run by the same script
//   charts       charts/**/test/*.test.ts     Helm's charts, rules and dashboards: `npm run test:charts`
// Packages are taken from their source, so that no test runs against a stale build of ours.

const swc = (syntax) => ({ jsc: { target: 'es2022', parser: { syntax } }, module: { type: 'commonjs' } });

// The MongoDB driver reads the machine's name by `await import('os')`, which Jest's sandbox refuses; its handshake then
// lacks the driver's name and the server refuses it. Turned into a require it works.
const MONGODB_IMPORTING_OS = 'mongodb/lib/runtime_adapters\\.js$';
// Fastify's plugins and the readings' Parquet load ES modules, which Node does from CommonJS and Jest's sandbox does not.
const ESM = '(content-disposition|cookie|@fastify/cookie|hyparquet|hyparquet-writer)/.+\\.js$';

const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.tsx?$': ['@swc/jest', swc('typescript')],
    [MONGODB_IMPORTING_OS]: ['@swc/jest', swc('ecmascript')],
    [ESM]: ['@swc/jest', swc('ecmascript')],
  },
  transformIgnorePatterns: [`/node_modules/(?!.*(${MONGODB_IMPORTING_OS}|${ESM}))`],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'cjs', 'mjs', 'json', 'node'],
  moduleNameMapper: {
    '^@greenwatch/(authenticity|contracts|hj212|kit|sheets|testkit)$': '<rootDir>/packages/$1/src/index.ts',
    '^@greenwatch/infra$': '<rootDir>/infra/src/index.ts',
  },
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/.greenwatch', '<rootDir>/.cache'],
};

const sharedServers = {
  globalSetup: '<rootDir>/infra/src/jest/global-setup.ts',
  globalTeardown: '<rootDir>/infra/src/jest/global-teardown.ts',
};

module.exports = {
  // Integration tests each start a nats-server and share a mongod: more at a time gain nothing on small machines.
  maxWorkers: 2,
  testTimeout: 30_000,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['**/src/**/*.test.ts'] },
    { ...shared, ...sharedServers, displayName: 'integration', testMatch: ['**/test/**/*.int.test.ts'] },
    {
      ...shared,
      displayName: 'browser',
      testMatch: ['**/test/**/*.browser.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/infra/src/jest/browser-timeout.ts'],
    },
    {
      ...shared,
      displayName: 'stories',
      testMatch: ['**/test/**/*.stories.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/infra/src/jest/browser-timeout.ts'],
    },
    {
      ...shared,
      displayName: 'charts',
      testMatch: ['<rootDir>/charts/**/test/*.test.ts'],
      globalSetup: '<rootDir>/infra/src/jest/charts-setup.ts',
    },
  ],
};
