import { readFileSync } from 'node:fs';
import path from 'node:path';
import { OperatorError, repositoryRoot } from '@greenwatch/infra';
import { ajv, describeErrors } from '@greenwatch/kit';
import { type Static, Type } from '@sinclair/typebox';

const strict = { additionalProperties: false };
const Share = Type.Number({ minimum: 0, maximum: 1 });

/** A time of the run in which the load is the same. */
export const Phase = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 40 }),
    seconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
    factor: Type.Number({ minimum: 0, description: 'times the mean rate' }),
    fullHour: Type.Optional(Type.Boolean({ description: 'the data time passes a full hour as this phase begins' })),
    drop: Type.Optional(
      Type.Object(
        {
          share: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
          withinSeconds: Type.Integer({ minimum: 1, maximum: 3_600 }),
        },
        { ...strict, description: 'this share loses its connection at the begin and comes back within the time' },
      ),
    ),
  },
  strict,
);

/** An area's load as a file of `loadtests/mixes`: the devices, what goes wrong, when, and the people. */
export const Mix = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 40 }),
    about: Type.String({ description: 'where its numbers come from' }),
    enterprises: Type.Integer({ minimum: 1 }),
    outletsPerEnterprise: Type.Number({ exclusiveMinimum: 0 }),
    realtimeSeconds: Type.Integer({ minimum: 1, maximum: 3_600 }),
    minuteMinutes: Type.Integer({ minimum: 1, maximum: 60 }),
    dialects: Type.Object({ '2017': Share, '2017-unflagged': Share, '2005': Share }, strict),
    exceeding: Share,
    slowClocks: Type.Object({ share: Share, minutes: Type.Integer({ minimum: 0, maximum: 1_440 }) }, strict),
    heartbeatSeconds: Type.Integer({ minimum: 0, description: '0: none' }),
    faults: Type.Object({ wrongCrc: Share, splitWrites: Share, repeats: Share, dropsPerMinute: Share }, strict),
    phases: Type.Array(Phase, { minItems: 1 }),
    bounds: Type.Object(
      {
        ackP99Ms: Type.Number({
          exclusiveMinimum: 0,
          description: 'from a packet being due to its 9014, without the drops',
        }),
        backSeconds: Type.Number({ exclusiveMinimum: 0, description: 'beyond `withinSeconds` until all are back' }),
      },
      strict,
    ),
    /** By the name of a scenario of loadtests/k6. */
    people: Type.Record(
      Type.String(),
      Type.Object(
        {
          rate: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'iterations a second' })),
          streams: Type.Optional(Type.Integer({ minimum: 1, description: 'held at a time' })),
        },
        strict,
      ),
    ),
  },
  strict,
);
export type Phase = Static<typeof Phase>;
export type Mix = Static<typeof Mix>;

export const MIXES_FOLDER = path.join(repositoryRoot, 'loadtests', 'mixes');

/** Reads a mix by its name or its file. @throws OperatorError naming the field and what is expected */
export function readMix(nameOrFile: string): Mix {
  const file = /[/.]/.test(nameOrFile) ? nameOrFile : path.join(MIXES_FOLDER, `${nameOrFile}.json`);
  let mix: unknown;
  try {
    mix = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new OperatorError(`--mix ${nameOrFile}: ${file} cannot be read: ${(error as Error).message}`);
  }
  return checkedMix(mix, file);
}

/** @throws OperatorError naming the field and what is expected */
export function checkedMix(mix: unknown, file: string): Mix {
  const validate = ajv().compile(Mix);
  if (!validate(mix)) {
    const [first] = describeErrors(validate.errors);
    throw new OperatorError(`${file}: ${first?.field} ${first?.expected}`);
  }
  const checked = mix as Mix;
  const shares = Object.values(checked.dialects).reduce((sum, share) => sum + share, 0);
  if (Math.abs(shares - 1) > 1e-6) throw new OperatorError(`${file}: dialects are ${shares} together: expected 1`);
  return checked;
}

/** How many devices an area has, of which this share is played; an even number, two an enterprise. */
export function devicesOf({ enterprises, outletsPerEnterprise }: Mix, scale: number): number {
  return Math.max(2, 2 * Math.round((enterprises * outletsPerEnterprise * scale) / 2));
}

/** The mix with its phases so many times as long, and the time in which the dropped come back. */
export function stretched(mix: Mix, length: number): Mix {
  const times = (seconds: number) => Math.max(1, Math.round(seconds * length));
  const phases = mix.phases.map((phase) => ({
    ...phase,
    seconds: times(phase.seconds),
    ...(phase.drop ? { drop: { ...phase.drop, withinSeconds: times(phase.drop.withinSeconds) } } : {}),
  }));
  return { ...mix, phases };
}

export const secondsOf = ({ phases }: Mix): number => phases.reduce((sum, { seconds }) => sum + seconds, 0);
