import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY } from './action';
import { Id, Literals, Mn, Page, PageParams, strict, Time } from './schema';

/** A request by its name in packages/hj212 (`REQUESTS`), for instance `get-hours`. */
export const CommandName = Type.String({ pattern: '^[a-z][a-z-]{1,40}$', description: 'see ingestion.command.kinds' });

export const COMMAND_STATES = [
  ...(['queued', 'sent', 'accepted'] as const),
  ...(['done', 'refused', 'failed', 'timed-out', 'expired', 'cancelled'] as const),
] as const;
export const CommandState = Literals(COMMAND_STATES, {
  description:
    'queued: waits for the device; sent: no 9011 yet; accepted: 9011 said yes, data and 9012 are to come; done: 9012 said so; ' +
    'refused: 9011 said no; failed: 9012 said no; timed-out: sent as often as the standard says, or no 9012 in time; ' +
    'expired: the device was not there within the time the command was good for',
});

/** Parameters by the names that `ingestion.command.kinds` gives; times as ISO 8601 with zone. */
export const CommandParams = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,30}$' }),
  Type.Union([
    Type.String({ maxLength: 200 }),
    Type.Number(),
    Type.Array(
      Type.Union([
        Type.String({ maxLength: 40 }),
        Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
      ]),
      { maxItems: 32 },
    ),
  ]),
  { maxProperties: 12 },
);

export const CommandParameter = Type.Object(
  {
    name: Type.String(),
    nameZh: Type.String(),
    nameEn: Type.String(),
    type: Literals(['code', 'text', 'integer', 'time', 'clock', 'key', 'codes', 'clocks', 'limits'], {
      description: 'codes, clocks: lists; limits: a list of { polId, low, up }',
    }),
    required: Type.Boolean(),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    choices: Type.Optional(Type.Array(Type.Number())),
    pattern: Type.Optional(Type.String()),
    digits: Type.Optional(Type.Integer({ description: 'of a clock: 4 is hhmm, 6 hhmmss' })),
    secret: Type.Optional(Type.Boolean({ description: 'kept encrypted, never shown' })),
  },
  strict,
);
export const CommandKindInfo = Type.Object(
  {
    name: CommandName,
    cn: Type.String(),
    nameZh: Type.String(),
    nameEn: Type.String(),
    alters: Type.Boolean({ description: 'changes or operates the device: for administrators and supervisors' }),
    parameters: Type.Array(CommandParameter),
  },
  strict,
);

export const Command = Type.Object(
  {
    id: Id,
    mn: Mn,
    command: CommandName,
    cn: Type.String(),
    params: CommandParams,
    cause: Literals(['asked', 'gap', 'key', 'clock'], {
      description:
        'asked by somebody; a gap in the hours of the device; a new key (90 days, or the device asked for one); ' +
        'the device asked for the time (1013)',
    }),
    state: CommandState,
    askedBy: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }, strict),
    askedAt: Time,
    expiresAt: Time,
    endedAt: Type.Optional(Time),
    sends: Type.Integer({ description: 'how often it went out' }),
    packets: Type.Integer({ description: 'data packets that answered' }),
    answers: Type.Array(Type.String(), { description: 'data areas of single answers; history is among the readings' }),
    sentText: Type.Optional(Type.String({ description: 'the segment as it went out last, secrets masked' })),
    qnRtn: Type.Optional(Type.Integer({ description: 'of 9011' })),
    exeRtn: Type.Optional(Type.Integer({ description: 'of 9012' })),
    reason: Type.Optional(Type.String({ description: 'why it ended without being done' })),
    steps: Type.Array(Type.Object({ at: Time, state: CommandState, detail: Type.Optional(Type.String()) }, strict), {
      description: 'what happened, oldest first',
    }),
  },
  strict,
);

const ASKING = ['administrator', 'supervisor', 'officer', 'duty-officer', 'service'] as const;

export const commandActions = {
  'ingestion.command.kinds': {
    params: Type.Object({ edition: Literals(['2005', '2017', '2025', 'surface-water']) }, strict),
    result: Type.Array(CommandKindInfo),
    roles: AUTHORITY,
  },
  'ingestion.command.ask': {
    params: Type.Object(
      {
        mn: Mn,
        command: CommandName,
        params: Type.Optional(CommandParams),
        validSeconds: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 30 * 86_400,
            description: 'how long it waits for the device; a day when absent',
          }),
        ),
        waitSeconds: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 7_200,
            description: "how long the device may take between 9011 and 9012; the standard's time-out when absent",
          }),
        ),
      },
      strict,
    ),
    result: Command,
    roles: ASKING,
  },
  'ingestion.command.list': {
    params: Type.Object(
      {
        mn: Type.Optional(Mn),
        state: Type.Optional(CommandState),
        open: Type.Optional(Type.Boolean({ description: 'true: those that have not ended; false: those that have' })),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Command),
    roles: AUTHORITY,
  },
  'ingestion.command.get': { params: Type.Object({ id: Id }, strict), result: Command, roles: AUTHORITY },
  'ingestion.command.cancel': { params: Type.Object({ id: Id }, strict), result: Command, roles: ASKING },
  'ingestion.key.set': {
    params: Type.Object(
      {
        mn: Mn,
        key: Type.String({ pattern: '^[!-~]{16}$', description: 'SM4 key, 16 ASCII characters; never shown again' }),
      },
      strict,
    ),
    result: Type.Object({ mn: Mn, since: Time }, strict),
    roles: ['administrator', 'supervisor'],
  },
} as const satisfies Record<string, ActionContract>;

export type CommandState = Static<typeof CommandState>;
export type CommandParams = Static<typeof CommandParams>;
export type CommandKindInfo = Static<typeof CommandKindInfo>;
export type Command = Static<typeof Command>;
