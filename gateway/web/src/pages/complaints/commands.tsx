import { App, Button, Input, Modal, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDivisions } from '../../api/hooks';
import type { ComplaintDetail } from '../../api/types';
import { Labelled, Problem, Say } from '../../design/parts';
import { useComplaintCommand } from './hooks';

const REASONS = ['other-agency', 'legal-path', 'same-matter', 'final-answer', 'not-environmental'] as const;

/** A command that needs nothing more than to be given. */
export function Command(props: {
  complaint: ComplaintDetail;
  command: string;
  primary?: boolean;
  children: ReactNode;
}) {
  const send = useComplaintCommand(props.complaint.id);
  return (
    <div className="stack">
      <Problem error={send.error} />
      <Button
        type={props.primary ? 'primary' : 'default'}
        size="large"
        loading={send.isPending}
        onClick={() => send.mutate({ command: props.command, body: props.command === 'clue' ? undefined : {} })}
        data-testid={`complaint-${props.command}`}
      >
        {props.children}
      </Button>
    </div>
  );
}

/** A command behind a button that asks for words first. */
function Asked(props: {
  label: string;
  testId: string;
  ready: boolean;
  error: Error | null;
  busy: boolean;
  send: () => Promise<unknown>;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid={props.testId}>
        {props.label}
      </Button>
      <Modal
        open={open}
        title={props.label}
        onCancel={() => setOpen(false)}
        footer={
          <div className="cluster" style={{ justifyContent: 'flex-end' }}>
            <Button onClick={() => setOpen(false)}>{t('complaint.cancel')}</Button>
            <Button
              type="primary"
              disabled={!props.ready}
              loading={props.busy}
              data-testid={`${props.testId}-send`}
              onClick={() =>
                props
                  .send()
                  .then(() => setOpen(false))
                  .catch(() => undefined)
              }
            >
              {props.label}
            </Button>
          </div>
        }
      >
        <div className="stack">
          {props.children}
          <Problem error={props.error} />
        </div>
      </Modal>
    </>
  );
}

function Words(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  max: number;
  testId?: string;
}) {
  return (
    <Labelled label={props.label}>
      {(id) => (
        <Input.TextArea
          id={id}
          value={props.value}
          onChange={({ target }) => props.onChange(target.value)}
          maxLength={props.max}
          autoSize={{ minRows: 3, maxRows: 12 }}
          data-testid={props.testId}
        />
      )}
    </Labelled>
  );
}

/** Not accepted: why, and where to turn (domain.md 6). */
export function Refuse({ complaint }: { complaint: ComplaintDetail }) {
  const { t } = useTranslation();
  const command = useComplaintCommand(complaint.id);
  const [reason, setReason] = useState<(typeof REASONS)[number]>('other-agency');
  const [text, setText] = useState('');
  const [turnTo, setTurnTo] = useState('');
  const [sameAs, setSameAs] = useState<string>();
  const accepted = complaint.duplicates.filter(({ state }) => !['received', 'refused', 'merged'].includes(state));
  const needsWhere = reason === 'other-agency' || reason === 'legal-path';
  return (
    <Asked
      label={t('complaint.refuse')}
      testId="complaint-refuse"
      ready={
        text.trim() !== '' &&
        (!needsWhere || turnTo.trim() !== '') &&
        (reason !== 'same-matter' || sameAs !== undefined)
      }
      error={command.error}
      busy={command.isPending}
      send={() =>
        command.mutateAsync({
          command: 'refuse',
          body: {
            reason,
            text: text.trim(),
            ...(turnTo.trim() && { turnTo: turnTo.trim() }),
            ...(reason === 'same-matter' && { sameAs }),
          },
        })
      }
    >
      <Labelled label={t('complaint.refuseReason')}>
        {(id) => (
          <Select
            id={id}
            value={reason}
            onChange={setReason}
            options={REASONS.map((value) => ({ value, label: t(`complaint.reason.${value}`) }))}
          />
        )}
      </Labelled>
      {reason === 'same-matter' && (
        <Labelled label={t('complaint.sameAs')}>
          {(id) => (
            <Select
              id={id}
              value={sameAs}
              onChange={setSameAs}
              options={accepted.map((other) => ({
                value: other.id,
                label: `${other.number} ${other.text.slice(0, 24)}`,
              }))}
            />
          )}
        </Labelled>
      )}
      <Words label={t('complaint.refuseText')} value={text} onChange={setText} max={1000} testId="refuse-text" />
      {needsWhere && (
        <Words label={t('complaint.turnTo')} value={turnTo} onChange={setTurnTo} max={500} testId="refuse-turn-to" />
      )}
    </Asked>
  );
}

/** To another division, within three working days. */
export function Forward({ complaint }: { complaint: ComplaintDetail }) {
  const { t, i18n } = useTranslation();
  const command = useComplaintCommand(complaint.id);
  const divisions = useDivisions();
  const [division, setDivision] = useState<string>();
  const [reason, setReason] = useState('');
  return (
    <Asked
      label={t('complaint.forward')}
      testId="complaint-forward"
      ready={division !== undefined && reason.trim() !== ''}
      error={command.error}
      busy={command.isPending}
      send={() => command.mutateAsync({ command: 'forward', body: { division, reason: reason.trim() } })}
    >
      <Labelled label={t('complaint.forwardTo')}>
        {(id) => (
          <Select
            id={id}
            showSearch={{ optionFilterProp: 'label' }}
            value={division}
            onChange={setDivision}
            options={(divisions.data ?? [])
              .filter(({ code, level }) => level !== 'town' && code !== complaint.division)
              .map(({ code, name, nameEn }) => ({
                value: code,
                label: `${i18n.language === 'en' ? (nameEn ?? name) : name} ${code}`,
              }))}
          />
        )}
      </Labelled>
      <Words label={t('complaint.forwardReason')} value={reason} onChange={setReason} max={500} />
    </Asked>
  );
}

/** Thirty more days, once; the reporter is told. */
export function Extend({ complaint }: { complaint: ComplaintDetail }) {
  const { t } = useTranslation();
  const command = useComplaintCommand(complaint.id);
  const [reason, setReason] = useState('');
  return (
    <Asked
      label={t('complaint.extend')}
      testId="complaint-extend"
      ready={reason.trim() !== ''}
      error={command.error}
      busy={command.isPending}
      send={() => command.mutateAsync({ command: 'extend', body: { reason: reason.trim() } })}
    >
      <Words label={t('complaint.extendReason')} value={reason} onChange={setReason} max={500} />
    </Asked>
  );
}

/** Closes it, with what everybody may read. */
export function Close({ complaint }: { complaint: ComplaintDetail }) {
  const { t } = useTranslation();
  const command = useComplaintCommand(complaint.id);
  // What everybody reads does not lead back to the one who complained, who knows the number.
  const answer = complaint.answer?.text.replace(`（编号${complaint.number}）`, '') ?? '';
  const [summary, setSummary] = useState(answer.slice(0, 1000));
  return (
    <Asked
      label={t('complaint.close')}
      testId="complaint-close"
      ready={summary.trim() !== ''}
      error={command.error}
      busy={command.isPending}
      send={() => command.mutateAsync({ command: 'close', body: { summary: summary.trim() } })}
    >
      <Words label={t('complaint.summary')} value={summary} onChange={setSummary} max={1000} testId="close-summary" />
    </Asked>
  );
}

/** The answer: drafted by whoever handles it, confirmed by a supervisor; or the decision of a review. */
export function AnswerForm({ complaint, decides }: { complaint: ComplaintDetail; decides: boolean }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const command = useComplaintCommand(complaint.id);
  const review = complaint.reviews.find(({ answeredAt }) => !answeredAt);
  const drafted = review ? '' : (complaint.draft?.text ?? '');
  const [typed, setTyped] = useState<string>();
  const [substantiated, setSubstantiated] = useState<string>();
  const text = typed ?? drafted;
  const send = (to: string) =>
    command.mutate(
      { command: to, body: { text: text.trim(), ...(substantiated && { substantiated }) } },
      {
        onSuccess: () => {
          setTyped(undefined);
          void message.success(t('complaint.saved'));
        },
      },
    );
  return (
    <div className="stack" data-testid="answer-form">
      {review?.reasons.map(({ at, number, text: why }) => (
        <Say key={`${number}${at}`} tone="warn">
          <b style={{ fontWeight: 500 }}>{t('complaint.reviewAsked')}</b>
          <div>{why}</div>
        </Say>
      ))}
      {!review && complaint.draft && !complaint.draft.by && typed === undefined && (
        <Say>{t('complaint.fromFinding')}</Say>
      )}
      <Words label={t('complaint.answerText')} value={text} onChange={setTyped} max={5000} testId="answer-text" />
      <Labelled label={t('complaint.substantiatedTitle')}>
        {(id) => (
          <Select
            id={id}
            value={substantiated ?? complaint.substantiated}
            onChange={setSubstantiated}
            options={(['yes', 'no', 'unknown'] as const).map((value) => ({
              value,
              label: t(`complaint.substantiated.${value}`),
            }))}
            data-testid="answer-substantiated"
          />
        )}
      </Labelled>
      <Problem error={command.error} />
      <div className="cluster">
        {!review && (
          <Button disabled={text.trim() === ''} onClick={() => send('draft')} data-testid="answer-draft">
            {t('complaint.saveDraft')}
          </Button>
        )}
        {decides && (
          <Button
            type="primary"
            disabled={text.trim() === ''}
            loading={command.isPending}
            onClick={() => send(review ? 'review' : 'answer')}
            data-testid={review ? 'answer-review' : 'answer-send'}
          >
            {t(review ? 'complaint.answerReview' : 'complaint.sendAnswer')}
          </Button>
        )}
      </div>
    </div>
  );
}
