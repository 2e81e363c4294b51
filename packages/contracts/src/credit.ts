import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { DivisionCode, Id, Literals, Page, PageParams, strict, Time } from './schema';
import { SEVERITIES } from './tasking-cases';

export const PARTY_KINDS = ['enterprise', 'operator'] as const;
/** From the best to the worst; `black` is known to `points-12` only (domain.md 4.1, 4.2). */
export const COLOURS = ['green', 'blue', 'yellow', 'red', 'black'] as const;
export const ENTRY_STATUSES = ['effective', 'appealed', 'cancelled', 'repaired'] as const;
export const RATING_STATES = ['draft', 'notice', 'objection', 'publicity', 'final', 'withdrawn'] as const;
export const ENTRY_SOURCES = ['case', 'task', 'check', 'duty', 'complaint', 'manual'] as const;

export const PartyKind = Literals(PARTY_KINDS);
export const Colour = Literals(COLOURS);
export const SchemeId = Type.String({ pattern: '^[a-z][a-z0-9-]{1,31}$', description: 'for instance national-21' });
/** A year, or half a year of a real-time scheme (domain.md 4.2: lists fixed on 30 June and 31 December). */
export const Period = Type.String({ pattern: '^20[0-9]{2}(-H[12])?$', description: '2025 or 2026-H1' });
const Names = Type.Object(
  { zh: Type.String({ minLength: 1, maxLength: 100 }), en: Type.String({ minLength: 1, maxLength: 200 }) },
  strict,
);
const EventCode = Type.String({ pattern: '^[a-z][a-z0-9-]{1,47}$' });
const Confidence = Literals(['C', 'L', 'U', 'D'], { description: 'how sure the source is (domain.md, head)' });

/** What an entry must be like for a rule: one of the events, and of the topics and severities where they are given. */
export const EventMatch = Type.Object(
  {
    events: Type.Array(EventCode, { minItems: 1, uniqueItems: true }),
    topics: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: 'act of a case, kind of a duty, category of a complaint' }),
    ),
    severities: Type.Optional(Type.Array(Literals(SEVERITIES), { minItems: 1 })),
  },
  strict,
);
/** What one kind of entry does to the score. Of the rules for one target the first that matches applies. */
export const CreditRule = Type.Object(
  {
    id: EventCode,
    name: Names,
    match: EventMatch,
    points: Type.Optional(
      Type.Number({ minimum: -100, maximum: 100, description: 'of a points scheme: added while the entry is valid' }),
    ),
    validMonths: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 120, description: 'of a points scheme; absent: for ever' }),
    ),
    atMost: Type.Optional(
      Type.Number({ minimum: 0, description: 'points (without sign) that this rule takes or gives at one time' }),
    ),
    indicator: Type.Optional(EventCode),
    score: Type.Optional(
      Type.Number({ minimum: 0, maximum: 100, description: 'the indicator is at most this after the entry' }),
    ),
    repeat: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 100,
        description: 'taken off by an entry when the indicator is there already',
      }),
    ),
    bands: Type.Optional(
      Type.Array(
        Type.Object(
          { from: Type.Number(), to: Type.Number(), low: Type.Number(), high: Type.Number() },
          { ...strict, description: "the entry's value in [from, to] gives a score from low to high, in proportion" },
        ),
        { minItems: 1 },
      ),
    ),
    source: Type.String({ minLength: 1, maxLength: 300 }),
    confidence: Confidence,
  },
  strict,
);
export const CreditIndicator = Type.Object(
  {
    id: EventCode,
    number: Type.Integer({ minimum: 1 }),
    name: Names,
    group: Names,
    weight: Type.Number({ minimum: 0, maximum: 100, description: 'percent; all of a scheme add up to 100' }),
    confidence: Confidence,
  },
  strict,
);
const schemeContent = {
  id: SchemeId,
  name: Names,
  kind: Literals(['indicators', 'points']),
  parties: Type.Array(PartyKind, { minItems: 1, uniqueItems: true }),
  basis: Literals(['previous-year', 'moment'], {
    description: 'which entries count: those of the year before, or those valid now',
  }),
  colours: Type.Array(Type.Object({ colour: Colour, from: Type.Number() }, strict), {
    minItems: 2,
    description: 'from the best to the worst with the least score of each; the last one takes the rest',
  }),
  indicators: Type.Array(CreditIndicator, { description: 'of an indicators scheme' }),
  start: Type.Optional(Type.Number({ description: 'of a points scheme' })),
  max: Type.Optional(Type.Number({ description: 'of a points scheme' })),
  clean: Type.Optional(
    Type.Object(
      {
        needs: EventCode,
        steps: Type.Array(Type.Object({ years: Type.Number({ exclusiveMinimum: 0 }), points: Type.Number() }, strict), {
          minItems: 1,
        }),
        source: Type.String(),
        confidence: Confidence,
      },
      { ...strict, description: 'points for years without a deduction since a pledge' },
    ),
  ),
  rules: Type.Array(CreditRule, { minItems: 1, maxItems: 500 }),
  vetoes: Type.Array(
    Type.Object(
      { id: EventCode, name: Names, match: EventMatch, colour: Colour, source: Type.String(), confidence: Confidence },
      strict,
    ),
    { description: 'whatever the score, the colour is at best this' },
  ),
  lowers: Type.Array(
    Type.Object(
      {
        id: EventCode,
        name: Names,
        match: EventMatch,
        levels: Type.Integer({ minimum: 1 }),
        source: Type.String(),
        confidence: Confidence,
      },
      strict,
    ),
  ),
  repaired: Literals(['never', 'until-repair'], {
    description: 'whether a repaired entry counts: not at all once it is repaired, or for dates before the repair',
  }),
  source: Type.String({ minLength: 1, maxLength: 500 }),
};
/** A scheme as it is published: its version and who published it are added. */
export const CreditSchemeInput = Type.Object({ ...schemeContent, validFrom: Type.Optional(Time) }, strict);
export const CreditScheme = Type.Object(
  {
    ...schemeContent,
    version: Type.Integer({ minimum: 1 }),
    validFrom: Time,
    publishedAt: Time,
    publishedBy: Type.String(),
  },
  strict,
);

/** One line of an explanation; the points of all lines and the base add up to the score. */
export const ScoreLine = Type.Object(
  {
    kind: Literals(['entry', 'clean', 'max', 'veto', 'lower']),
    rule: Type.String(),
    name: Names,
    points: Type.Number(),
    entryId: Type.Optional(Id),
    event: Type.Optional(Type.String()),
    topic: Type.Optional(Type.String()),
    caseNo: Type.Optional(Type.String()),
    status: Type.Optional(Literals(ENTRY_STATUSES)),
    indicator: Type.Optional(Type.String()),
    before: Type.Optional(Type.Number({ description: "the indicator's score before it" })),
    after: Type.Optional(Type.Number({ description: "the indicator's score after it" })),
    occurredAt: Type.Optional(Time),
    until: Type.Optional(Time),
    capped: Type.Optional(Type.Boolean({ description: 'the rule took no more, its `atMost` was reached' })),
  },
  strict,
);
const score = {
  scheme: SchemeId,
  schemeVersion: Type.Integer(),
  score: Type.Number(),
  colour: Colour,
  veto: Type.Optional(Type.String({ description: 'the veto item that decides' })),
};
export const ScoreExplained = Type.Object(
  {
    ...score,
    at: Time,
    from: Type.Optional(Time),
    to: Type.Optional(Time),
    base: Type.Number({ description: 'the score without any line' }),
    lines: Type.Array(ScoreLine),
    indicators: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          number: Type.Integer(),
          name: Names,
          group: Names,
          weight: Type.Number(),
          score: Type.Number(),
          points: Type.Number(),
        },
        strict,
      ),
    ),
  },
  strict,
);

const party = { partyKind: PartyKind, partyId: Id };
/** Asked for by the party; what the authority said of it. */
const Plea = (states: readonly [string, string, string]) =>
  Type.Object(
    {
      state: Literals(states),
      at: Time,
      by: Type.String(),
      text: Type.String(),
      pledge: Type.Optional(Type.String()),
      dueAt: Time,
      decidedAt: Type.Optional(Time),
      decidedBy: Type.Optional(Type.String()),
      reason: Type.Optional(Type.String()),
    },
    strict,
  );
export const CreditEntry = Type.Object(
  {
    id: Id,
    ...party,
    partyName: Type.String(),
    event: Type.String(),
    topic: Type.Optional(Type.String()),
    severity: Type.Optional(Literals(SEVERITIES)),
    penalties: Type.Array(Type.String()),
    fine: Type.Optional(Type.Number({ description: 'yuan' })),
    value: Type.Optional(Type.Number()),
    occurredAt: Time,
    validUntil: Type.Optional(Time),
    evidence: Type.String(),
    source: Type.Object({ kind: Literals(ENTRY_SOURCES), id: Type.String() }, strict),
    caseNo: Type.Optional(Type.String()),
    status: Literals(ENTRY_STATUSES),
    effects: Type.Array(
      Type.Object(
        {
          scheme: SchemeId,
          rule: Type.String(),
          name: Names,
          points: Type.Optional(Type.Number()),
          indicator: Type.Optional(Type.String()),
          score: Type.Optional(Type.Number()),
          veto: Type.Optional(Colour),
          until: Type.Optional(Time),
        },
        strict,
      ),
      { description: 'what it does by each scheme of today' },
    ),
    repairableFrom: Type.Optional(Time),
    appeal: Type.Optional(Plea(['open', 'upheld', 'rejected'])),
    repair: Type.Optional(Plea(['open', 'granted', 'refused'])),
    recordedAt: Time,
    recordedBy: Type.String(),
    history: Type.Array(
      Type.Object(
        { at: Time, verb: Type.String(), by: Type.Optional(Type.String()), remark: Type.Optional(Type.String()) },
        strict,
      ),
    ),
  },
  strict,
);
export const CreditEntryInput = Type.Object(
  {
    ...party,
    event: EventCode,
    topic: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
    severity: Type.Optional(Literals(SEVERITIES)),
    value: Type.Optional(Type.Number()),
    occurredAt: Time,
    validUntil: Type.Optional(Time),
    evidence: Type.String({ minLength: 1, maxLength: 2000, description: 'what it rests on: document, record, report' }),
    caseNo: Type.Optional(Type.String({ maxLength: 100 })),
  },
  strict,
);
/** A party's score and colour of today by one scheme. */
export const CreditStanding = Type.Object(
  {
    ...party,
    partyName: Type.String(),
    uscc: Type.String(),
    divisionCode: Type.String(),
    ...score,
    at: Time,
  },
  strict,
);
export const CreditRating = Type.Object(
  {
    id: Id,
    ...party,
    partyName: Type.String(),
    uscc: Type.String(),
    divisionCode: Type.String(),
    period: Period,
    ...score,
    at: Time,
    base: Type.Number(),
    lines: Type.Array(ScoreLine),
    state: Literals(RATING_STATES),
    dueAt: Type.Optional(Time),
    overdue: Type.Boolean(),
    frozen: Type.Boolean({ description: 'an appeal against one of its entries keeps it from being published' }),
    finalAt: Type.Optional(Time),
    objection: Type.Optional(Plea(['open', 'upheld', 'rejected'])),
    history: CreditEntry.properties.history,
  },
  strict,
);
/** What everybody may know: final colours. */
export const PublicCredit = Type.Object(
  {
    partyKind: PartyKind,
    name: Type.String(),
    uscc: Type.String(),
    divisionCode: Type.String(),
    scheme: SchemeId,
    period: Period,
    colour: Colour,
    finalAt: Time,
  },
  strict,
);
export const Blacklisting = Type.Object(
  {
    operatorId: Id,
    name: Type.String(),
    uscc: Type.String(),
    listed: Type.Boolean(),
    since: Type.Optional(Time),
    reason: Type.String(),
    caseNo: Type.Optional(Type.String()),
    liftedAt: Type.Optional(Time),
    history: CreditEntry.properties.history,
  },
  strict,
);
export const EnterpriseCredit = Type.Object(
  {
    enterpriseId: Id,
    standings: Type.Array(CreditStanding),
    running: Type.Array(
      Type.Object(
        { ...score, year: Type.Integer() },
        { ...strict, description: 'the year that is not over yet, of schemes that rate the year before' },
      ),
    ),
    finals: Type.Array(
      Type.Pick(CreditRating, ['id', 'scheme', 'schemeVersion', 'period', 'score', 'colour', 'veto', 'finalAt']),
    ),
    entries: Type.Array(CreditEntry, { description: 'the last ten' }),
  },
  strict,
);

const DECIDERS = ['administrator', 'supervisor'] as const;
const PARTIES = ['principal', 'operator-staff'] as const;
const Words = Type.String({ minLength: 1, maxLength: 2000 });

export const creditActions = {
  'credit.scheme.list': { params: Type.Object({}, strict), result: Type.Array(CreditScheme), roles: EVERYBODY },
  'credit.scheme.get': {
    params: Type.Object({ id: SchemeId, version: Type.Optional(Type.Integer({ minimum: 1 })) }, strict),
    result: CreditScheme,
    roles: EVERYBODY,
  },
  // The next version of a scheme; of the province only.
  'credit.scheme.publish': {
    params: CreditSchemeInput,
    result: CreditScheme,
    roles: ['administrator'],
  },

  'credit.standing.list': {
    params: Type.Object(
      {
        scheme: SchemeId,
        partyKind: Type.Optional(PartyKind),
        colour: Type.Optional(Colour),
        division: Type.Optional(DivisionCode),
        q: Type.Optional(Type.String({ maxLength: 100, description: 'part of the name, or a credit code' })),
        ...PageParams,
      },
      strict,
    ),
    result: Page(CreditStanding),
    roles: EVERYBODY,
  },
  'credit.standing.count': {
    params: Type.Object(
      { scheme: SchemeId, partyKind: Type.Optional(PartyKind), division: Type.Optional(DivisionCode) },
      strict,
    ),
    result: Type.Object(
      {
        green: Type.Integer(),
        blue: Type.Integer(),
        yellow: Type.Integer(),
        red: Type.Integer(),
        black: Type.Integer(),
      },
      strict,
    ),
    roles: AUTHORITY,
  },
  'credit.enterprise.get': {
    params: Type.Object({ enterpriseId: Id }, strict),
    result: EnterpriseCredit,
    roles: EVERYBODY,
  },

  'credit.entry.list': {
    params: Type.Object(
      {
        partyKind: Type.Optional(PartyKind),
        partyId: Type.Optional(Id),
        status: Type.Optional(Literals(ENTRY_STATUSES)),
        waiting: Type.Optional(Literals(['appeal', 'repair'], { description: 'only those to be decided' })),
        ...PageParams,
      },
      strict,
    ),
    result: Page(CreditEntry),
    roles: EVERYBODY,
  },
  'credit.entry.get': { params: Type.Object({ id: Id }, strict), result: CreditEntry, roles: EVERYBODY },
  'credit.entry.record': { params: CreditEntryInput, result: CreditEntry, roles: DECIDERS },
  'credit.entry.cancel': {
    params: Type.Object({ id: Id, reason: Words }, strict),
    result: CreditEntry,
    roles: DECIDERS,
  },
  'credit.appeal.file': {
    params: Type.Object({ entryId: Id, text: Words }, strict),
    result: CreditEntry,
    roles: PARTIES,
  },
  'credit.appeal.decide': {
    params: Type.Object({ entryId: Id, decision: Literals(['upheld', 'rejected']), reason: Words }, strict),
    result: CreditEntry,
    roles: DECIDERS,
  },
  'credit.repair.apply': {
    params: Type.Object(
      {
        entryId: Id,
        corrected: Type.String({
          minLength: 1,
          maxLength: 2000,
          description: 'what was corrected and how it can be seen',
        }),
        pledge: Type.String({ minLength: 1, maxLength: 2000, description: 'the public pledge (信用承诺)' }),
      },
      strict,
    ),
    result: CreditEntry,
    roles: PARTIES,
  },
  'credit.repair.decide': {
    params: Type.Object({ entryId: Id, decision: Literals(['granted', 'refused']), reason: Words }, strict),
    result: CreditEntry,
    roles: DECIDERS,
  },

  // Any score by any scheme for any date, line by line.
  'credit.rating.explain': {
    params: Type.Object({ ...party, scheme: SchemeId, at: Type.Optional(Time) }, strict),
    result: ScoreExplained,
    roles: EVERYBODY,
  },
  'credit.rating.trend': {
    params: Type.Object(
      { ...party, scheme: SchemeId, months: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, default: 24 })) },
      strict,
    ),
    result: Type.Array(Type.Object({ at: Time, score: Type.Number(), colour: Colour }, strict)),
    roles: EVERYBODY,
  },
  'credit.rating.list': {
    params: Type.Object(
      {
        scheme: Type.Optional(SchemeId),
        period: Type.Optional(Period),
        state: Type.Optional(Literals(RATING_STATES)),
        colour: Type.Optional(Colour),
        partyKind: Type.Optional(PartyKind),
        partyId: Type.Optional(Id),
        division: Type.Optional(DivisionCode),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Type.Omit(CreditRating, ['lines'])),
    roles: EVERYBODY,
  },
  'credit.rating.get': { params: Type.Object({ id: Id }, strict), result: CreditRating, roles: EVERYBODY },
  // Drafts for everybody of a division who has none of the period yet; drafts that are there are computed again.
  'credit.rating.run': {
    params: Type.Object(
      { division: DivisionCode, scheme: SchemeId, period: Period, partyKind: Type.Optional(PartyKind) },
      strict,
    ),
    result: Type.Object({ drafted: Type.Integer(), again: Type.Integer(), further: Type.Integer() }, strict),
    roles: DECIDERS,
  },
  'credit.rating.notify': {
    params: Type.Object({ division: DivisionCode, scheme: SchemeId, period: Period }, strict),
    result: Type.Object({ noticed: Type.Integer(), further: Type.Integer() }, strict),
    roles: DECIDERS,
  },
  'credit.rating.object': {
    params: Type.Object({ id: Id, text: Words }, strict),
    result: CreditRating,
    roles: PARTIES,
  },
  'credit.rating.answer': {
    params: Type.Object({ id: Id, decision: Literals(['upheld', 'rejected']), reason: Words }, strict),
    result: CreditRating,
    roles: DECIDERS,
  },
  'credit.rating.publish': { params: Type.Object({ id: Id }, strict), result: CreditRating, roles: DECIDERS },
  'credit.rating.final': { params: Type.Object({ id: Id }, strict), result: CreditRating, roles: DECIDERS },
  'credit.rating.withdraw': {
    params: Type.Object({ id: Id, reason: Words }, strict),
    result: CreditRating,
    roles: DECIDERS,
  },

  'credit.blacklist.list': {
    params: Type.Object({ listed: Type.Optional(Type.Boolean()), ...PageParams }, strict),
    result: Page(Blacklisting),
    roles: [...AUTHORITY, 'operator-staff'],
  },
  'credit.blacklist.listOperator': {
    params: Type.Object(
      { operatorId: Id, reason: Words, caseNo: Type.Optional(Type.String({ maxLength: 100 })) },
      strict,
    ),
    result: Blacklisting,
    roles: DECIDERS,
  },
  'credit.blacklist.lift': {
    params: Type.Object({ operatorId: Id, reason: Words }, strict),
    result: Blacklisting,
    roles: DECIDERS,
  },

  // Everybody of a division by every scheme; streams, bounded in memory.
  'credit.recompute': {
    params: Type.Object({ division: Type.Optional(DivisionCode) }, strict),
    result: Type.Object(
      { parties: Type.Integer(), entries: Type.Integer(), changed: Type.Integer(), ms: Type.Number() },
      strict,
    ),
    roles: ['administrator', 'service'],
  },
  // History of an older system: entries by their ids, and ratings that were final there.
  'credit.import': {
    params: Type.Object(
      {
        entries: Type.Optional(
          Type.Array(
            Type.Composite(
              [
                CreditEntryInput,
                Type.Object({
                  id: Id,
                  penalties: Type.Optional(Type.Array(Type.String())),
                  fine: Type.Optional(Type.Number({ minimum: 0 })),
                }),
              ],
              strict,
            ),
            { maxItems: 5000 },
          ),
        ),
        ratings: Type.Optional(
          Type.Array(
            Type.Object(
              { ...party, scheme: SchemeId, period: Period, score: Type.Number(), colour: Colour, finalAt: Time },
              strict,
            ),
            { maxItems: 5000 },
          ),
        ),
      },
      strict,
    ),
    result: Type.Object({ changed: Type.Integer(), unchanged: Type.Integer() }, strict),
    roles: ['administrator', 'service'],
  },

  'credit.public.list': {
    params: Type.Object(
      {
        q: Type.Optional(Type.String({ maxLength: 100, description: 'part of the name, or a credit code' })),
        division: Type.Optional(DivisionCode),
        colour: Type.Optional(Colour),
        ...PageParams,
      },
      strict,
    ),
    result: Page(PublicCredit),
    roles: [...EVERYBODY, 'public'],
  },
  'credit.public.get': {
    params: Type.Object(
      { uscc: Type.String({ pattern: '^[0-9A-Z]{18}$', description: '18 characters (GB 32100-2015)' }) },
      strict,
    ),
    result: Type.Object({ items: Type.Array(PublicCredit) }, strict),
    roles: [...EVERYBODY, 'public'],
  },
} as const satisfies Record<string, ActionContract>;

export type PartyKind = (typeof PARTY_KINDS)[number];
export type Colour = (typeof COLOURS)[number];
export type EntryStatus = (typeof ENTRY_STATUSES)[number];
export type RatingState = (typeof RATING_STATES)[number];
export type EventMatch = Static<typeof EventMatch>;
export type CreditRule = Static<typeof CreditRule>;
export type CreditIndicator = Static<typeof CreditIndicator>;
export type CreditSchemeInput = Static<typeof CreditSchemeInput>;
export type CreditScheme = Static<typeof CreditScheme>;
export type ScoreLine = Static<typeof ScoreLine>;
export type ScoreExplained = Static<typeof ScoreExplained>;
export type CreditEntry = Static<typeof CreditEntry>;
export type CreditEntryInput = Static<typeof CreditEntryInput>;
export type CreditStanding = Static<typeof CreditStanding>;
export type CreditRating = Static<typeof CreditRating>;
export type PublicCredit = Static<typeof PublicCredit>;
export type Blacklisting = Static<typeof Blacklisting>;
export type EnterpriseCredit = Static<typeof EnterpriseCredit>;
