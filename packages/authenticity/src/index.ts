export { describeFeature, featureNames } from './features';
export * from './fit';
export * from './model';
export * from './result';
export { codeVersion, scoreEnterprise, scoreOutlet, spanToRead } from './score';
export { sentenceText } from './sentences';
export * from './series';
