export { launchBrowser } from './browser';
export { serviceEnvironment, type TestKeys, testKeys } from './service-environment';
export { type FactOptions, factsHandled, tellFact } from './tell-fact';
export { startTestProcess, type TestProcess, type TestProcessOptions } from './test-process';
export { type TestServers, type TestServersOptions, testServers } from './test-servers';
export { until } from './until';
