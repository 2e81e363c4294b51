import { type Check, permitsFacts } from '@greenwatch/contracts';
import { isoTime, isoTimeOrNone, type Kit, newId } from '@greenwatch/kit';
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
    await this.settleKnown(session, key, open ?? undefined, found, now);
  }

  /** `settle` where the open finding of the key was read already, in a transaction of the same session. */
  async settleKnown(
    session: ClientSession,
    key: string,
    open: StoredCheck | undefined,
    found: Found | undefined,
    now: number,
  ): Promise<void> {
    if (!open && found) {
      const { openedAt = now, ...rest } = found;
      const raised = { ...rest, _id: newId(), key, active: true, openedAt, sequence: 1 };
      await this.model.create([raised], { session });
      await this.#tell(session, raised, 'raised', now);
    } else if (open && found && !saysTheSame(open, found)) {
      const { openedAt: _kept, ...rest } = found;
      const { _id, active, openedAt, sequence } = open;
      const updated = { ...rest, _id, key, active, openedAt, sequence: sequence + 1 };
      await this.model.replaceOne({ _id, sequence }, updated, { session });
      await this.#tell(session, updated, 'updated', now);
    } else if (open && !found) {
      const cleared = { ...open, active: false, closedAt: now, sequence: open.sequence + 1 };
      await this.model.replaceOne({ _id: open._id }, cleared, { session });
      await this.#tell(session, cleared, 'cleared', now);
    }
  }

  async #tell(session: ClientSession, check: StoredCheck, verb: 'raised' | 'updated' | 'cleared', now: number) {
    await this.kit.facts.append(session, {
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
    });
  }
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
