import { type ComplaintClock, complaintsFacts, taskingFacts } from '@greenwatch/contracts';
import { asDomainError, defineService, onFact } from '@greenwatch/kit';
import { CLOCKS, PHASES, type Phase } from './clocks';
import { complaintModel, runningUntil } from './complaint.model';
import { editComplaint } from './complaint-edit';
import { OPEN_STATES } from './complaint-state';
import { Divisions } from './divisions';
import { officerActions } from './officer-actions';
import { PhoneCodes } from './phone-codes';
import { publicActions } from './public-actions';
import { registryCopies } from './registry-copies.model';
import { reporterModels } from './reporter.model';
import { reporterActions } from './reporter-actions';
import { ComplaintsConfig } from './settings';
import { takeTask } from './task-results';
import { Throttle } from './throttle';
import { Uploads } from './uploads';

/** Public complaints (投诉举报): from the citizen's telephone to an answer (domain.md 6). */
export const complaintsService = defineService({
  name: 'complaints',
  config: ComplaintsConfig,
  create(kit) {
    const { reporters, looks } = reporterModels(kit.db);
    const models = { complaints: complaintModel(kit.db), reporters };
    const copies = registryCopies(kit.db);
    const divisions = new Divisions(kit);
    const uploads = new Uploads(kit, kit.config.COMPLAINTS_UPLOAD_MINUTES * 60_000);
    const codes = new PhoneCodes(kit);
    const throttle = new Throttle(kit.valkey, kit.now);
    kit.metrics.ask(['greenwatch_complaints_open'], async () => {
      // By the index of lists: everything lies in the province.
      const open = { divisionPath: kit.config.PROVINCE, state: { $in: OPEN_STATES } };
      kit.metrics.gauge('greenwatch_complaints_open').set(await models.complaints.countDocuments(open));
    });
    const taskChanged = onFact(taskingFacts.TaskChanged, (fact, session) => takeTask(kit, models, fact, session));

    return {
      actions: {
        ...publicActions(kit, { models, uploads, codes, throttle, divisions, copies }),
        ...officerActions(kit, { models, divisions, copies }),
        ...reporterActions(kit, { ...models, looks }),
      },
      facts: {
        ...copies.facts,
        // Its timer `due` comes too: it names no origin, so nothing is done.
        'facts.tasking.task.*': taskChanged,
        'facts.complaints.complaint.due': onFact(complaintsFacts.ComplaintDue, async ({ data }, session) => {
          const { complaintId, step, phase, dueAt } = data;
          if (!isClock(step) || !isPhase(phase)) throw new Error(`a timer of "${step}", "${phase}" is not known`);
          const edit = await editComplaint(kit, models, complaintId, session).catch((error) => {
            // Complaints are never deleted; one that is not there was never committed.
            if (asDomainError(error)?.status === 404) return undefined;
            throw error;
          });
          // It was done, or got another limit, while the timer was on its way.
          if (!edit || runningUntil(edit.doc, step) !== dueAt) return;
          if (phase === 'overdue' && !edit.doc.overdue.includes(step)) edit.doc.overdue.push(step);
          edit.tell(phase === 'overdue' ? 'escalated' : 'reminded', { remark: `${step}:${phase}` });
          await edit.save(session);
          if (phase === 'reminder') await edit.schedule(session, step, 'overdue', dueAt);
        }),
      },
      async started() {
        uploads.start(kit.config.COMPLAINTS_SWEEP_SECONDS * 1000);
      },
      async stopped() {
        uploads.stop();
      },
    };
  },
});

const isClock = (text: string): text is ComplaintClock => (CLOCKS as readonly string[]).includes(text);
const isPhase = (text: string): text is Phase => (PHASES as readonly string[]).includes(text);
