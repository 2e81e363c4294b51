import type { Example, Fit, FitOptions } from './fit';
import type { Model } from './model';
import type { EnterpriseScore, Language, OutletScore, Sentence } from './result';
import type { OutletInput, ScoreOptions } from './series';

export * from './fit';
export * from './model';
export * from './result';
export * from './series';

/** Version of the rules in this package; it changes whenever the same input would score otherwise. */
export const codeVersion = '1';

/** Names of all features a `logistic` model may weigh. */
export declare const featureNames: readonly string[];
/** The feature in words, for pages that explain a model. */
export declare function describeFeature(feature: string, language: Language): string;
/** The model that is in force until verdicts refit it (kind `logistic`). */
export declare const defaultModel: Model;
/** The five tests with equal weights (domain 2.4). */
export declare const geometricModel: Model;

/** Scores an outlet: every factor, every test, every signal. Throws RangeError naming the field for bad input. */
export declare function scoreOutlet(input: OutletInput, options: ScoreOptions, model?: Model): OutletScore;
/** Minimum and mean over an enterprise's outlets; INSUFFICIENT ones are left out. */
export declare function scoreEnterprise(outlets: readonly OutletScore[]): EnterpriseScore;
/** Renders a sentence; throws RangeError for an unknown code. */
export declare function sentenceText(sentence: Sentence, language: Language): string;
/** Deterministic penalised logistic regression with weights ≥ 0. Throws RangeError without examples of both labels. */
export declare function fitLogistic(examples: readonly Example[], options: FitOptions): Fit;
/** Which of the p-values are discoveries at rate `q` (Benjamini and Hochberg 1995), in the order given. */
export declare function benjaminiHochberg(p: readonly number[], q: number): boolean[];
/** Checks a stored model (for instance before it is put back); throws RangeError naming the field. */
export declare function checkModel(model: Model): void;
