import { Button, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Case, LegalBasis } from '../../api/types';
import { Labelled, Problem, Say } from '../../design/parts';
import { formatTime } from '../../view/time';
import { useActs, useCaseCommand } from './queries';

const KINDS = [
  'fine',
  'order-to-correct',
  'warning',
  'criticism',
  'confiscation',
  'limit-production',
  'stop-production',
  'suspend-permit',
  'revoke-permit',
  'detention',
  'no-penalty',
] as const;

interface Penalty {
  kinds: string[];
  fine: number | null;
  basisIds: string[];
  factsFound: string;
}
const complete = ({ kinds, fine, basisIds, factsFound }: Penalty) =>
  kinds.length > 0 && basisIds.length > 0 && factsFound.trim() !== '' && (!kinds.includes('fine') || fine !== null);
const bodyOf = ({ kinds, fine, basisIds, factsFound }: Penalty) => ({
  kinds,
  basisIds,
  factsFound: factsFound.trim(),
  ...(kinds.includes('fine') && fine !== null && { fine }),
});

export function useBasisText(): (basis: LegalBasis) => string {
  const { t, i18n } = useTranslation();
  const yuan = (amount: number) => amount.toLocaleString(i18n.language);
  return ({ title, article, fine, confidence }) =>
    [
      `${title}${article}`,
      fine && t('case.fineRange', { min: yuan(fine.min), max: yuan(fine.max) }),
      confidence !== 'C' && t('case.toConfirm'),
    ]
      .filter(Boolean)
      .join(' · ');
}

/** What is intended or decided: facts, law, kinds, fine. */
function PenaltyFields({ of, value, onChange }: { of: Case; value: Penalty; onChange: (value: Penalty) => void }) {
  const { t } = useTranslation();
  const acts = useActs(of.actAt);
  const textOf = useBasisText();
  const bases = acts.data?.find(({ act }) => act === of.act)?.bases ?? [];
  return (
    <>
      <Labelled label={t('case.factsFound')}>
        {(id) => (
          <Input.TextArea
            id={id}
            value={value.factsFound}
            onChange={(event) => onChange({ ...value, factsFound: event.target.value })}
            autoSize={{ minRows: 3, maxRows: 10 }}
            maxLength={5000}
            data-testid="case-facts"
          />
        )}
      </Labelled>
      <Labelled label={t('case.bases')}>
        {(id) => (
          <Select
            id={id}
            mode="multiple"
            style={{ width: '100%' }}
            value={value.basisIds}
            onChange={(basisIds: string[]) => onChange({ ...value, basisIds })}
            loading={acts.isPending}
            options={bases.map((basis) => ({ value: basis.id, label: textOf(basis) }))}
            data-testid="case-bases"
          />
        )}
      </Labelled>
      <Labelled label={t('case.kinds')}>
        {(id) => (
          <Select
            id={id}
            mode="multiple"
            style={{ width: '100%' }}
            value={value.kinds}
            onChange={(kinds: string[]) => onChange({ ...value, kinds })}
            options={KINDS.map((kind) => ({ value: kind, label: t(`penalty.${kind}`) }))}
            data-testid="case-kinds"
          />
        )}
      </Labelled>
      {value.kinds.includes('fine') && (
        <Labelled label={t('case.fine')}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              style={{ width: 200 }}
              value={value.fine}
              onChange={(fine) => onChange({ ...value, fine })}
              suffix="¥"
              data-testid="case-fine"
            />
          )}
        </Labelled>
      )}
    </>
  );
}

/** The notice to the party (事先告知). */
export function NoticeForm({ of }: { of: Case }) {
  const { t } = useTranslation();
  const command = useCaseCommand(of.id);
  const [value, setValue] = useState<Penalty>({ kinds: [], fine: null, basisIds: [], factsFound: of.summary });
  return (
    <div className="stack" data-testid="notice-form">
      <Say>{t('case.noticeText')}</Say>
      <PenaltyFields of={of} value={value} onChange={setValue} />
      <Problem error={command.error} />
      <Button
        type="primary"
        disabled={!complete(value)}
        loading={command.isPending}
        onClick={() => command.mutate({ command: 'notice', body: bodyOf(value) })}
        data-testid="case-notice"
      >
        {t('case.do.notice')}
      </Button>
    </div>
  );
}

/** What the party says, or that it says nothing (陈述申辩). */
export function StatementForm({ of }: { of: Case }) {
  const { t } = useTranslation();
  const command = useCaseCommand(of.id);
  const [text, setText] = useState('');
  const send = (waived: boolean) => command.mutate({ command: 'statement', body: { waived, text: text.trim() } });
  return (
    <div className="stack" data-testid="statement-form">
      <p className="muted">{t('case.statementText', { at: formatTime(of.notice?.statementUntil) })}</p>
      <Labelled label={t('case.statement')}>
        {(id) => (
          <Input.TextArea
            id={id}
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoSize={{ minRows: 2, maxRows: 10 }}
            maxLength={5000}
            data-testid="case-statement"
          />
        )}
      </Labelled>
      <Problem error={command.error} />
      <div className="cluster">
        <Button
          disabled={text.trim() === ''}
          loading={command.isPending}
          onClick={() => send(false)}
          data-testid="case-stated"
        >
          {t('case.do.stated')}
        </Button>
        <Button
          disabled={text.trim() === ''}
          loading={command.isPending}
          onClick={() => send(true)}
          data-testid="case-waived"
        >
          {t('case.do.waived')}
        </Button>
      </div>
    </div>
  );
}

/** The decision, as it was noticed unless it is changed (决定). */
export function DecisionForm({ of }: { of: Case }) {
  const { t } = useTranslation();
  const command = useCaseCommand(of.id);
  const [documentNo, setDocumentNo] = useState('');
  const [value, setValue] = useState<Penalty>({
    kinds: of.notice?.kinds ?? [],
    fine: of.notice?.fine ?? null,
    basisIds: of.notice?.basisIds ?? [],
    factsFound: of.notice?.factsFound ?? '',
  });
  return (
    <div className="stack" data-testid="decision-form">
      <Labelled label={t('case.documentNo')}>
        {(id) => (
          <Input
            id={id}
            value={documentNo}
            onChange={(event) => setDocumentNo(event.target.value)}
            maxLength={60}
            placeholder={t('case.documentHint')}
            data-testid="case-document"
          />
        )}
      </Labelled>
      <PenaltyFields of={of} value={value} onChange={setValue} />
      <Problem error={command.error} />
      <Button
        type="primary"
        disabled={!complete(value) || documentNo.trim().length < 3}
        loading={command.isPending}
        onClick={() =>
          command.mutate({ command: 'decision', body: { ...bodyOf(value), documentNo: documentNo.trim() } })
        }
        data-testid="case-decide"
      >
        {t('case.do.decide')}
      </Button>
    </div>
  );
}
