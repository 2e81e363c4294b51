export { launchBrowser } from './browser';
export { serviceEnvironment, type TestKeys, testKeys } from './service-environment';
export { startTestProcess, type TestProcess, type TestProcessOptions } from './test-process';
export { type TestServers, type TestServersOptions, testServers } from './test-servers';
