import { App, Button, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePersons, useTaskCommand } from '../../api/hooks';
import type { Task } from '../../api/types';
import { Labelled, Problem, Say } from '../../design/parts';

const CONCLUSIONS = ['violation-suspected', 'instrument-fault', 'process-change', 'normal', 'other'] as const;

/** What was found at the place: a conclusion and in words. */
export function FindingForm({ task }: { task: Task }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const command = useTaskCommand(task.id);
  const [conclusion, setConclusion] = useState<string | undefined>(task.finding?.conclusion);
  const [text, setText] = useState(task.finding?.text ?? '');
  return (
    <div className="stack" data-testid="finding-form">
      <fieldset className="choices">
        <legend className="label">{t('finding.conclusion')}</legend>
        {CONCLUSIONS.map((value) => (
          <label key={value} className="choice">
            <input
              type="radio"
              name="conclusion"
              checked={conclusion === value}
              onChange={() => setConclusion(value)}
              data-testid={`conclusion-${value}`}
            />
            {t(`conclusion.${value}`)}
          </label>
        ))}
      </fieldset>
      <Labelled label={t('finding.text')}>
        {(id) => (
          <Input.TextArea
            id={id}
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoSize={{ minRows: 4, maxRows: 12 }}
            maxLength={5000}
            placeholder={t('finding.hint')}
            data-testid="finding-text"
          />
        )}
      </Labelled>
      <Problem error={command.error} />
      <Button
        type={task.finding ? 'default' : 'primary'}
        size="large"
        disabled={!conclusion || text.trim() === ''}
        loading={command.isPending}
        onClick={() =>
          command.mutate(
            { command: 'finding', body: { conclusion, text: text.trim() } },
            { onSuccess: () => void message.success(t('finding.saved')) },
          )
        }
        data-testid="finding-save"
      >
        {t('finding.save')}
      </Button>
    </div>
  );
}

/** The principal's account of what happened. */
export function ExplanationForm({ task }: { task: Task }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const command = useTaskCommand(task.id);
  const [text, setText] = useState(task.explanation?.text ?? '');
  return (
    <div className="stack" data-testid="explanation-form">
      <Labelled label={t('explanation.text')}>
        {(id) => (
          <Input.TextArea
            id={id}
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoSize={{ minRows: 5, maxRows: 14 }}
            maxLength={5000}
            placeholder={t('explanation.hint')}
            data-testid="explanation-text"
          />
        )}
      </Labelled>
      <Problem error={command.error} />
      <Button
        type={task.explanation ? 'default' : 'primary'}
        size="large"
        disabled={text.trim() === ''}
        loading={command.isPending}
        onClick={() =>
          command.mutate(
            { command: 'explanation', body: { text: text.trim() } },
            { onSuccess: () => void message.success(t('explanation.saved')) },
          )
        }
        data-testid="explanation-save"
      >
        {t('explanation.save')}
      </Button>
    </div>
  );
}

/** Approves, or returns with what has to be done again. */
export function ReviewForm({ task }: { task: Task }) {
  const { t } = useTranslation();
  const command = useTaskCommand(task.id);
  const [comment, setComment] = useState('');
  const decide = (decision: 'approve' | 'return') =>
    command.mutate({ command: 'review', body: { decision, comment: comment.trim() } });
  return (
    <div className="stack" data-testid="review-form">
      <Labelled label={t('review.comment')}>
        {(id) => (
          <Input.TextArea
            id={id}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
            rows={3}
            maxLength={2000}
            placeholder={t('review.hint')}
            data-testid="review-comment"
          />
        )}
      </Labelled>
      <Problem error={command.error} />
      <div className="cluster">
        <Button
          type="primary"
          size="large"
          loading={command.isPending}
          onClick={() => decide('approve')}
          data-testid="review-approve"
        >
          {t('review.approve')}
        </Button>
        <Button
          size="large"
          danger
          disabled={comment.trim() === ''}
          loading={command.isPending}
          onClick={() => decide('return')}
          data-testid="review-return"
        >
          {t('review.return')}
        </Button>
      </div>
    </div>
  );
}

/** Gives the task to others: two certified people, the first of them leads; an explanation to one principal. */
export function Reassign({ task }: { task: Task }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [personIds, setPersonIds] = useState<string[]>([]);
  const [reason, setReason] = useState('');
  const command = useTaskCommand(task.id);
  const explain = task.type === 'EXPLAIN';
  const persons = usePersons(explain ? { role: 'principal' } : {}, open);
  const observe = task.type === 'OBSERVE';
  const able = (persons.data ?? []).filter((p) => {
    if (explain) return p.enterpriseId === task.enterpriseId;
    const goes = p.roles.some((role) => role === 'officer' || role === 'supervisor');
    return observe ? goes || p.roles.includes('grid-member') : goes && p.certificateNo;
  });
  const enough = personIds.length >= (explain || observe ? 1 : 2);
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="reassign">
        {t('action.reassign')}
      </Button>
      <Modal
        open={open}
        title={t('action.reassign')}
        onCancel={() => setOpen(false)}
        okText={t('action.reassign')}
        okButtonProps={{ disabled: !enough || reason.trim() === '', loading: command.isPending }}
        onOk={() =>
          command.mutate(
            { command: 'reassign', body: { personIds, reason: reason.trim() } },
            { onSuccess: () => setOpen(false) },
          )
        }
      >
        <div className="stack">
          <Say>{t(explain ? 'reassign.ruleExplain' : observe ? 'reassign.ruleObserve' : 'reassign.rule')}</Say>
          <Select
            mode="multiple"
            maxCount={explain ? 1 : 4}
            value={personIds}
            onChange={setPersonIds}
            loading={persons.isFetching}
            placeholder={t('reassign.people')}
            aria-label={t('reassign.people')}
            showSearch={{ optionFilterProp: 'label' }}
            options={able.map((p) => ({ value: p.id, label: [p.name, p.certificateNo].filter(Boolean).join(' · ') }))}
          />
          <Input.TextArea
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            rows={2}
            placeholder={t('reassign.reason')}
            aria-label={t('reassign.reason')}
          />
          <Problem error={command.error} />
        </div>
      </Modal>
    </>
  );
}
