import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readFacts } from './fact-sources';
import { complaints, type DeclaredFact, declaredFacts, factDocument, factUse } from './fact-table';
import { repositoryRoot } from './paths';

const PROTO = `
package greenwatch.rain.v1;

// facts.rain.shower.began | ended: a shower. As it now stands.
message ShowerChanged {
  string id = 1;
}

// Nothing told.
message Drop {}

// facts.rain.shower.due (a timer): it should be over.
message ShowerDue {
}

// facts.rain.storm.<verb>: a storm. Verbs: seen gone
// back (see 5.2).  Also facts.rain.cloud.due (a timer) carries greenwatch.sky.v1.CloudChanged.
message StormChanged {
}
`;
const declared = declaredFacts('proto/rain.proto', PROTO);

describe('declaredFacts', () => {
  test('comments above a message declare its subjects; a message without one is part of another', () => {
    expect(declared).toEqual<DeclaredFact[]>(
      [
        { entity: 'shower', verbs: ['began', 'ended'], message: 'greenwatch.rain.v1.ShowerChanged', timer: false },
        { entity: 'shower', verbs: ['due'], message: 'greenwatch.rain.v1.ShowerDue', timer: true },
        { entity: 'storm', verbs: ['seen', 'gone', 'back'], message: 'greenwatch.rain.v1.StormChanged', timer: false },
        { entity: 'cloud', verbs: ['due'], message: 'greenwatch.sky.v1.CloudChanged', timer: true },
      ].map((fact) => ({ ...fact, producer: 'rain', file: 'proto/rain.proto' })),
    );
  });
});

describe('factUse', () => {
  const rain = factUse('rain', [
    `// 'facts.rain.not.told'
     append(session, { subject: 'facts.rain.shower.began', codec });
     append({ subject: late ? 'facts.rain.storm.gone' : \`facts.rain.storm.\${verb}\` });
     const facts = { 'facts.rain.shower.due': onFact(rainFacts.ShowerDue, take),
       ['facts.sky.cloud.changed']: onProjected(\n  skyFacts.CloudChanged, keep) };`,
  ]);

  test('what is written into a fact is told, a key of handlers is taken, a comment is neither', () => {
    expect(rain.tells).toEqual(['facts.rain.shower.began', 'facts.rain.storm.*', 'facts.rain.storm.gone']);
    expect(rain.takes).toEqual([
      { subject: 'facts.rain.shower.due', message: 'greenwatch.rain.v1.ShowerDue' },
      { subject: 'facts.sky.cloud.changed', message: 'greenwatch.sky.v1.CloudChanged' },
    ]);
  });

  test('subjects of others are taken wherever they stand: live subscriptions, lists of verbs', () => {
    const { takes } = factUse('gateway', [
      "const SUBJECTS = ['facts.rain.storm.*'];",
      `map((v) => \`facts.rain.shower.\${v}\`)`,
    ]);
    expect(takes).toEqual([{ subject: 'facts.rain.shower.*' }, { subject: 'facts.rain.storm.*' }]);
  });
});

describe('complaints', () => {
  const told = {
    service: 'rain',
    tells: ['facts.rain.shower.*', 'facts.rain.shower.due', 'facts.rain.storm.*', 'facts.rain.cloud.due'],
    takes: [],
  };
  const others = (takes: { subject: string; message?: string }[]) => [told, { service: 'sky', tells: [], takes }];

  test('none where each has two ends', () => {
    expect(complaints(declared, others([{ subject: 'facts.rain.storm.seen' }]))).toEqual([]);
  });
  test.each<[string, Parameters<typeof complaints>[1], string]>([
    [
      'never told',
      [{ ...told, tells: ['facts.rain.shower.*', 'facts.rain.cloud.due'] }],
      'facts.rain.storm (greenwatch.rain.v1.StormChanged): rain never tells it',
    ],
    ['nobody there', [], 'there is no service rain'],
    [
      'told, not declared',
      [{ ...told, tells: [...told.tells, 'facts.rain.hail.began'] }],
      'rain tells facts.rain.hail.began, which no proto declares',
    ],
    [
      'an unknown verb',
      others([{ subject: 'facts.rain.storm.lost' }]),
      'sky takes facts.rain.storm.lost, which no proto declares',
    ],
    [
      'another’s message',
      others([{ subject: 'facts.rain.storm.seen', message: 'greenwatch.rain.v1.ShowerChanged' }]),
      'sky reads facts.rain.storm.seen as greenwatch.rain.v1.ShowerChanged, it is greenwatch.rain.v1.StormChanged',
    ],
  ])('%s', (_, uses, sentence) => {
    expect(complaints(declared, uses)).toContainEqual(expect.stringContaining(sentence));
  });
});

describe('this checkout', () => {
  const facts = readFacts();

  test('every fact has one owner who tells it, and everything that is taken is told', () => {
    expect(complaints(facts.declared, facts.uses)).toEqual([]);
    for (const { producer, file, message } of facts.declared) {
      // A message lies with its owner; one that another service carries on names itself in full.
      if (message.startsWith(`greenwatch.${producer}.`))
        expect(file).toBe(`proto/greenwatch/${producer}/v1/${path.basename(file)}`);
    }
  });
  test('every message that ends with Changed is a fact', () => {
    const declaredMessages = new Set(facts.declared.map(({ message }) => message));
    expect(facts.messages.length).toBeGreaterThan(10);
    expect(facts.messages.filter((message) => !declaredMessages.has(message))).toEqual([]);
  });
  test('docs/facts.md is what `npm run facts` writes', () => {
    const document = readFileSync(path.join(repositoryRoot, 'docs', 'facts.md'), 'utf8');
    expect(document).toBe(factDocument(facts.declared, facts.uses));
  });
});
