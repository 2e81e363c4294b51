import { App, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type List, usePersonNames } from '../../api/hooks';
import { Answer, Blank, More, Problem } from '../../design/parts';
import { useSelf } from '../../me';
import { mayMark, mayReviewMarks } from '../../view/access';
import { factorName } from '../../view/factors';
import { formatTime } from '../../view/time';
import { type Mark, useMarkCommand } from './data-queries';
import { MarkRecord } from './MarkRequests';
import { MarkStatusChip, useMarkName } from './mark-words';

/** Takes back, accepts or returns a mark; what has to be said goes with it. */
function Decide({ mark, verb }: { mark: Mark; verb: 'accept' | 'return' | 'withdraw' }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const command = useMarkCommand(`/marks/${mark.id}/${verb === 'withdraw' ? 'withdraw' : 'review'}`);
  const said = text.trim();
  const send = () =>
    command.mutate(verb === 'withdraw' ? { reason: said } : { decision: verb, ...(said && { comment: said }) }, {
      onSuccess: () => {
        void message.success(t('data.decided'));
        setOpen(false);
      },
    });
  return (
    <>
      <Button size="small" danger={verb !== 'accept'} onClick={() => setOpen(true)} data-testid={`mark-${verb}`}>
        {t(`data.markVerb.${verb}`)}
      </Button>
      <Modal
        open={open}
        title={t(`data.markVerb.${verb}`)}
        onCancel={() => setOpen(false)}
        okText={t(`data.markVerb.${verb}`)}
        okButtonProps={{
          disabled: verb !== 'accept' && said === '',
          danger: verb !== 'accept',
          loading: command.isPending,
          'data-testid': 'mark-decide',
        }}
        onOk={send}
      >
        <div className="stack">
          <Input.TextArea
            rows={3}
            maxLength={2000}
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder={t(verb === 'accept' ? 'data.commentHint' : 'data.whyHint')}
            aria-label={t(verb === 'accept' ? 'data.commentHint' : 'data.whyHint')}
            data-testid="mark-comment"
          />
          <Problem error={command.error} />
        </div>
      </Modal>
    </>
  );
}

/** Which steps a mark may take next (services/rules: mark-state.ts). */
const NEXT: Record<'accept' | 'return' | 'withdraw', readonly Mark['status'][]> = {
  accept: ['submitted', 'returned'],
  return: ['submitted', 'accepted'],
  withdraw: ['submitted'],
};

/** Marks with who, why, when, and what may be done with them. */
export function Marks({ marks, actions = true }: { marks: readonly Mark[]; actions?: boolean }) {
  const { t, i18n } = useTranslation();
  const me = useSelf();
  const markName = useMarkName();
  const personOf = usePersonNames(
    marks.flatMap((mark) => [mark.source === 'auto' ? undefined : mark.submittedBy, mark.reviewedBy]),
  );
  const verbs = (mark: Mark) => [
    ...(mayReviewMarks(me) ? (['accept', 'return'] as const) : []),
    // the system's own marks are returned by the authority
    ...(mayMark(me) && mark.source === 'manual' ? (['withdraw'] as const) : []),
  ];
  return (
    <ul className="rows" data-testid="marks">
      {marks.map((mark) => (
        <li key={mark.id} className="row" style={{ cursor: 'default' }} data-id={mark.id}>
          <div className="row-top" style={{ flexWrap: 'wrap' }}>
            <span className="row-title" style={{ margin: 0 }}>
              {markName(mark.code)}
            </span>
            <MarkStatusChip mark={mark} />
          </div>
          <div className="row-note">
            {formatTime(mark.from)} – {formatTime(mark.to)} ·{' '}
            {mark.factors.map((factor) => factorName(factor, i18n.language)).join('、') || t('data.allFactors')}
          </div>
          <p style={{ overflowWrap: 'anywhere' }}>{mark.reason}</p>
          <div className="row-note">
            {mark.source === 'auto'
              ? t('data.markedAuto', { at: formatTime(mark.submittedAt) })
              : t('data.markedBy', { who: personOf(mark.submittedBy), at: formatTime(mark.submittedAt) })}
            {mark.reviewedBy &&
              ` · ${t('data.reviewedBy', { who: personOf(mark.reviewedBy), at: formatTime(mark.reviewedAt) })}`}
            {mark.comment && ` · ${mark.comment}`}
          </div>
          {actions && <MarkRecord mark={mark} />}
          {actions && (
            <div className="cluster" style={{ marginTop: 6 }}>
              {verbs(mark)
                .filter((verb) => NEXT[verb].includes(mark.status))
                .map((verb) => (
                  <Decide key={verb} mark={mark} verb={verb} />
                ))}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The marks of a period. */
export function MarkList({ of }: { of: List<Mark> }) {
  const { t } = useTranslation();
  return (
    <Answer of={of}>
      {(marks) =>
        marks.length === 0 ? (
          <Blank title={t('data.noMarks')}>{t('data.noMarksText')}</Blank>
        ) : (
          <div className="scroll-rows">
            <Marks marks={marks} />
            <More of={of} />
          </div>
        )
      }
    </Answer>
  );
}
