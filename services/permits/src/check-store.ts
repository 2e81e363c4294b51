import { type Check, permitsFacts } from '@greenwatch/contracts';
import { isoTime, isoTimeOrNone, type Kit, type NewFact, newId } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { checkModel, type Found, type StoredCheck } from './check.model';

/** Findings of checks as they come and go: each change is a fact. */
export class CheckStore {
  readonly model: Model<StoredCheck>;

  constructor(private readonly kit: Kit) {
    this.model = checkModel(kit.db);
  }

  /**
   * Brings one possible finding into the state that the rules give: raised where it was not open, updated where it
   * differs, cleared where `found` is undefined. The same again tells nothing, so it may be asked as often as one likes.
   * @param key names the possible finding, for instance `P4:e1:o1`: at most one is open for a key
   */
  async settle(session: ClientSession, key: string, found: Found | undefined, now: number): Promise<void> {
    const open = await this.model.findOne({ key, active: true }, null, { session }).lean();
    await this.settleAll(session, [{ key, open: open ?? undefined, found }], now);
  }

  /**
   * `settle` for many whose open findings were read before, in one write each way.
   * @throws Error when one of them was settled by somebody else since; the whole is to be judged again
   */
  async settleAll(session: ClientSession, settlements: readonly Settlement[], now: number): Promise<void> {
    const changes = settlements.flatMap((one) => changeOf(one, now) ?? []);
    if (changes.length === 0) return;
    const raised = changes.filter(({ verb }) => verb === 'raised').map(({ check }) => check);
    const others = changes.filter(({ verb }) => verb !== 'raised').map(({ check }) => check);
    if (raised.length > 0) await this.model.insertMany(raised, { session });
    if (others.length > 0) {
      const { matchedCount } = await this.model.bulkWrite(
        others.map((check) => ({
          replaceOne: { filter: { _id: check._id, sequence: check.sequence - 1 }, replacement: check },
        })),
        { session },
      );
      if (matchedCount !== others.length) throw new Error('a finding was settled by somebody else meanwhile');
    }
    await this.kit.facts.appendAll(
      session,
      changes.map(({ check, verb }) => factOf(check, verb, now)),
    );
  }
}

/** What is to become of one possible finding: `open` as it is stored, `found` as the rules give it. */
export interface Settlement {
  key: string;
  open?: StoredCheck | undefined;
  found?: Found | undefined;
}

function changeOf({ key, open, found }: Settlement, now: number): { check: StoredCheck; verb: Verb } | undefined {
  if (!open && found) {
    const { openedAt = now, ...rest } = found;
    return { check: { ...rest, _id: newId(), key, active: true, openedAt, sequence: 1 }, verb: 'raised' };
  }
  if (open && found && !saysTheSame(open, found)) {
    const { openedAt: _kept, ...rest } = found;
    const { _id, active, openedAt, sequence } = open;
    return { check: { ...rest, _id, key, active, openedAt, sequence: sequence + 1 }, verb: 'updated' };
  }
  if (open && !found) {
    return { check: { ...open, active: false, closedAt: now, sequence: open.sequence + 1 }, verb: 'cleared' };
  }
  return undefined;
}

type Verb = 'raised' | 'updated' | 'cleared';

function factOf(check: StoredCheck, verb: Verb, now: number): NewFact<permitsFacts.CheckChanged> {
  return {
    subject: `facts.permits.check.${verb}`,
    codec: permitsFacts.CheckChanged,
    data: {
      id: check._id,
      check: check.check,
      enterpriseId: check.enterpriseId,
      outletId: check.outletId ?? '',
      factor: check.factor ?? '',
      projectId: check.projectId ?? '',
      permitId: check.permitId ?? '',
      level: check.level,
      stage: check.stage ?? '',
      active: check.active,
      openedAt: check.openedAt,
      closedAt: check.closedAt ?? 0,
      evidence: check.evidence,
      text: check.text,
      basis: check.basis,
      clue: check.clue ?? '',
      enterpriseName: check.enterpriseName,
    },
    entity: check._id,
    sequence: check.sequence,
    occurredAt: now,
    divisionPath: check.divisionPath,
    enterpriseId: check.enterpriseId,
  };
}

/** Whether a finding needs no telling. What rests on ever newer readings (evidence, text) counts only with the rest. */
function saysTheSame(open: StoredCheck, found: Found): boolean {
  const essence = (f: Found | StoredCheck) =>
    [f.check, f.level, f.stage ?? '', f.clue ?? '', f.basis, f.text, f.enterpriseName, f.divisionPath.join()].join('|');
  return essence(open) === essence(found);
}

/** A finding as actions give it. */
export function presentCheck(check: StoredCheck): Check {
  const closedAt = isoTimeOrNone(check.closedAt);
  return {
    id: check._id,
    check: check.check,
    enterpriseId: check.enterpriseId,
    enterpriseName: check.enterpriseName,
    ...(check.outletId ? { outletId: check.outletId } : {}),
    ...(check.factor ? { factor: check.factor } : {}),
    ...(check.projectId ? { projectId: check.projectId } : {}),
    ...(check.permitId ? { permitId: check.permitId } : {}),
    level: check.level,
    ...(check.stage ? { stage: check.stage } : {}),
    active: check.active,
    openedAt: isoTime(check.openedAt),
    ...(closedAt ? { closedAt } : {}),
    text: check.text,
    basis: check.basis,
    ...(check.clue ? { clue: check.clue } : {}),
    evidence: check.evidence.map(({ name, value, at }) => ({ name, value, ...(at ? { at: isoTime(at) } : {}) })),
    divisionPath: check.divisionPath,
  };
}
