import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { readFacts } from './fact-sources';
import { complaints, factDocument } from './fact-table';
import { repositoryRoot } from './paths';

// `npm run facts`: writes docs/facts.md; exit code 1 when a hand-over lacks an end.

const { declared, uses } = readFacts();
writeFileSync(path.join(repositoryRoot, 'docs', 'facts.md'), factDocument(declared, uses));
const found = complaints(declared, uses);
for (const sentence of found) process.stderr.write(`${sentence}\n`);
process.exitCode = found.length > 0 ? 1 : 0;
