export { launchBrowser } from './browser';
export { asIssuer, serviceEnvironment, type TestKeys, testKeys } from './service-environment';
export { type FactOptions, factsHandled, tellFact } from './tell-fact';
export { type TestCertificate, testCertificate } from './test-certificate';
export { startTestProcess, type TestProcess, type TestProcessOptions } from './test-process';
export { type TestS3, testS3 } from './test-s3';
export { type TestServers, type TestServersOptions, testServers } from './test-servers';
export { until } from './until';
