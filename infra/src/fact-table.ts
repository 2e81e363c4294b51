/**
 * Who tells which fact and who takes it, read from where it is said: the comment above a message in `proto/` declares a
 * fact, string literals in the services' sources tell and take it. Pure: texts in, tables and complaints out.
 */

/** A fact as `proto/` declares it. */
export interface DeclaredFact {
  producer: string;
  entity: string;
  /** Empty: any. */
  verbs: string[];
  /** Full protobuf name of the message. */
  message: string;
  /** Of the declaration, from the repository's root. */
  file: string;
  /** Published at a moment to come. */
  timer: boolean;
}

/** What one service's sources say of facts; a part of a subject that is known only at run time is `*`. */
export interface FactUse {
  service: string;
  tells: string[];
  takes: { subject: string; message?: string }[];
}

const SUBJECT = /facts\.([a-z]+)\.([a-z-]+)\.(<verb>|[a-z-]+(?: \| [a-z-]+)*)/g;

/** The facts that one proto file declares: comments directly above a message, or `facts.… carries <message>`. */
export function declaredFacts(file: string, text: string): DeclaredFact[] {
  const packageName = /^package ([\w.]+);/m.exec(text)?.[1] ?? '';
  return [...text.matchAll(/((?:^\/\/.*\n)+)message (\w+)/gm)].flatMap(([, comment = '', name]) => {
    const prose = comment.replace(/^\/\/ ?/gm, '').replace(/\n/g, ' ');
    return [...prose.matchAll(SUBJECT)].map((match): DeclaredFact => {
      const [whole, producer = '', entity = '', verb = ''] = match;
      const after = prose.slice(match.index + whole.length);
      const listed =
        verb === '<verb>'
          ? (/Verbs: ([a-z- ]+?) ?[.;]/.exec(after.replace(/ ?\([^)]*\)/g, ''))?.[1] ?? '').split(' ')
          : verb.split(' | ');
      const carried = /^[^.:]*? carries ([\w.]*\w)/.exec(after)?.[1];
      return {
        producer,
        entity,
        verbs: listed.filter(Boolean),
        message: carried ?? `${packageName}.${name}`,
        file,
        timer: /^[^:]*\(a timer\b/.test(after),
      };
    });
  });
}

/** What the sources of one service tell and take. Facts of its own that are no key of its handlers are told. */
export function factUse(service: string, sources: readonly string[]): FactUse {
  const tells = new Set<string>();
  const takes = new Map<string, string | undefined>();
  for (const source of sources.map(withoutComments)) {
    for (const match of source.matchAll(/(['`])(facts\.(?:\$\{[^}`]*\}|[a-z*>.-])+)\1/g)) {
      const written = (match[2] as string).replace(/\$\{[^}]*\}/g, '*');
      // Without a verb it is the beginning of several.
      const subject = written.split('.').length === 3 && !written.endsWith('>') ? `${written}.*` : written;
      const before = source.slice(0, match.index).trimEnd().at(-1);
      const after = source.slice(match.index + match[0].length);
      const isKey = /^\]?\s*:/.test(after) && before !== '?';
      if (subject.startsWith(`facts.${service}.`) && !isKey) tells.add(subject);
      else takes.set(subject, messageOf(after) ?? takes.get(subject));
    }
  }
  return {
    service,
    tells: [...tells].sort(),
    takes: [...takes].sort().map(([subject, message]) => ({ subject, ...(message ? { message } : {}) })),
  };
}

/** `registryFacts.DeviceChanged` → `greenwatch.registry.v1.DeviceChanged` */
function messageOf(afterKey: string): string | undefined {
  const [, area, name] = /^\]?\s*:\s*on(?:Fact|Projected)\(\s*(\w+)Facts\.(\w+)/.exec(afterKey) ?? [];
  return area && name ? `greenwatch.${area}.v1.${name}` : undefined;
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(),])\/\/.*$/gm, '$1');
}

const subjectOf = ({ producer, entity }: DeclaredFact) => `facts.${producer}.${entity}`;

/** Whether a subject, with `*` for what is not known, can be one of the declared. */
function isOf(declared: DeclaredFact, subject: string): boolean {
  const [, producer, entity, verb, ...rest] = subject.split('.');
  const fits = (pattern: string | undefined, value: string) => pattern === '*' || pattern === value;
  if (rest.length > 0 || !fits(producer, declared.producer)) return false;
  if (entity === '>') return true;
  if (!fits(entity, declared.entity)) return false;
  if (verb === undefined) return false;
  return verb === '*' || verb === '>' || declared.verbs.length === 0 || declared.verbs.includes(verb);
}

/** A timer's verb is named: `facts.tasking.task.*` does not mean `due`. */
const named = (declared: DeclaredFact, subject: string) =>
  isOf(declared, subject) && (!declared.timer || subject.split('.')[3] === declared.verbs[0]);

/** What does not fit together, a sentence each; empty when every hand-over has two ends and one owner. */
export function complaints(declared: readonly DeclaredFact[], uses: readonly FactUse[]): string[] {
  const found: string[] = [];
  for (const fact of declared) {
    const name = `${subjectOf(fact)} (${fact.message})`;
    const owner = uses.find(({ service }) => service === fact.producer);
    if (!owner) found.push(`${name}: there is no service ${fact.producer}`);
    else if (!owner.tells.some((subject) => named(fact, subject)))
      found.push(`${name}: ${fact.producer} never tells it`);
  }
  for (const { service, tells, takes } of uses) {
    for (const subject of tells) {
      if (!declared.some((fact) => isOf(fact, subject)))
        found.push(`${service} tells ${subject}, which no proto declares`);
    }
    for (const { subject, message } of takes) {
      const sources = declared.filter((fact) => isOf(fact, subject));
      if (sources.length === 0) found.push(`${service} takes ${subject}, which no proto declares`);
      else if (message && !sources.some((fact) => fact.message === message)) {
        found.push(
          `${service} reads ${subject} as ${message}, it is ${sources.map((fact) => fact.message).join(' or ')}`,
        );
      }
    }
  }
  return found;
}

/** `docs/facts.md`. */
export function factDocument(declared: readonly DeclaredFact[], uses: readonly FactUse[]): string {
  const rows = [...declared]
    .sort((a, b) => subjectOf(a).localeCompare(subjectOf(b), 'en') || Number(a.timer) - Number(b.timer))
    .map((fact) => {
      const takers = uses
        .filter(({ takes }) => takes.some(({ subject }) => named(fact, subject)))
        .map(({ service }) => service)
        .sort();
      const verbs = fact.verbs.length > 0 ? fact.verbs.join(' \\| ') : '*';
      const message = `[${fact.message.split('.').at(-1)}](../${fact.file})`;
      const mark = fact.timer ? 'timer' : '';
      return `| \`${subjectOf(fact)}\` | ${verbs} | ${message} | ${mark} | ${fact.producer} | ${takers.join(', ') || '–'} |`;
    });
  return `${[
    '# Facts: who tells, who takes',
    '',
    'Generated by `npm run facts` from the comments in `proto/` and the sources of the services; a test fails when it is stale.',
    'A fact lies on the stream FACTS under `facts.<owner>.<entity>.<verb>` in an `Envelope` and holds the whole entity. Only its owner may',
    'publish it (NATS permissions). A timer is published at a moment to come and taken by the service that set it.',
    'The gateway takes facts also to show them live.',
    '',
    '| subject | verbs | message | | owner | taken by |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')}\n`;
}
