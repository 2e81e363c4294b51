import path from 'node:path';

/** The checkout's root. This file lies one folder below `infra` both as source and as built output. */
export const repositoryRoot = path.resolve(__dirname, '../..');

/** Where fetched binaries lie; ignored by git, shared by every system and test run of this checkout. */
export const cacheFolder = path.join(repositoryRoot, '.cache');
