import type { TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { List } from '../../api/hooks';
import { KeyedList } from '../../design/KeyedList';
import { useSelf } from '../../me';
import { ofAuthority, supervises } from '../../view/access';
import { formatTime } from '../../view/time';
import { EntryStatusChip, signed, useEventName, useName } from './marks';
import type { CreditEntry } from './queries';
import { Words } from './Words';

/** What the entry does by each scheme of today. */
function Effects({ entry }: { entry: CreditEntry }) {
  const { t } = useTranslation();
  const name = useName();
  return (
    <>
      {entry.effects.map((effect) => (
        <div key={`${effect.scheme}${effect.rule}${effect.veto ?? ''}`} className="row-note">
          {t(`credit.scheme.${effect.scheme}`, { defaultValue: effect.scheme })}：
          {effect.veto
            ? t('credit.vetoTo', { colour: t(`credit.colour.${effect.veto}`) })
            : effect.points !== undefined
              ? signed(effect.points)
              : t('credit.atMost', { score: effect.score ?? '–' })}{' '}
          {name(effect.name)}
          {effect.until && ` · ${t('credit.until', { at: formatTime(effect.until, 'day') })}`}
        </div>
      ))}
    </>
  );
}

/** What can be done with an entry by whoever looks. */
export function EntryCommands({ entry }: { entry: CreditEntry }) {
  const { t } = useTranslation();
  const me = useSelf();
  const path = `/entries/${entry.id}`;
  if (!ofAuthority(me)) {
    const repairable = entry.repairableFrom === undefined || Date.parse(entry.repairableFrom) <= Date.now();
    return (
      <div className="cluster">
        {entry.status === 'effective' && !entry.appeal && (
          <Words
            label={t('credit.do.appeal')}
            path={`${path}/appeal`}
            fields={[['text', t('credit.words.appeal')]]}
            testId="appeal"
          />
        )}
        {entry.status === 'effective' && entry.repair?.state !== 'open' && repairable && (
          <Words
            label={t('credit.do.repair')}
            path={`${path}/repair`}
            fields={[
              ['corrected', t('credit.words.corrected')],
              ['pledge', t('credit.words.pledge')],
            ]}
            testId="repair"
          />
        )}
        {entry.status === 'effective' && !repairable && (
          <span className="muted">{t('credit.repairFrom', { at: formatTime(entry.repairableFrom, 'day') })}</span>
        )}
      </div>
    );
  }
  if (!supervises(me)) return null;
  const decide = (kind: 'appeal' | 'repair', decision: string, label: string, danger: boolean) => (
    <Words
      label={label}
      path={`${path}/${kind}-decision`}
      also={{ decision }}
      fields={[['reason', t('credit.words.reason')]]}
      danger={danger}
      testId={`${kind}-${decision}`}
    />
  );
  return (
    <div className="cluster">
      {entry.appeal?.state === 'open' && (
        <>
          {decide('appeal', 'upheld', t('credit.do.uphold'), false)}
          {decide('appeal', 'rejected', t('credit.do.reject'), true)}
        </>
      )}
      {entry.repair?.state === 'open' && (
        <>
          {decide('repair', 'granted', t('credit.do.grant'), false)}
          {decide('repair', 'refused', t('credit.do.refuse'), true)}
        </>
      )}
      {entry.source.kind === 'manual' && (entry.status === 'effective' || entry.status === 'appealed') && (
        <Words
          label={t('credit.do.cancel')}
          path={`${path}/cancel`}
          fields={[['reason', t('credit.words.reason')]]}
          danger
          testId="entry-cancel"
        />
      )}
    </div>
  );
}

function Pleas({ entry }: { entry: CreditEntry }) {
  const { t } = useTranslation();
  return (
    <>
      {entry.appeal && (
        <div className="row-note">
          {t('credit.appeal')}（{t(`credit.plea.${entry.appeal.state}`)}）：{entry.appeal.text}
          {entry.appeal.reason && ` → ${entry.appeal.reason}`}
        </div>
      )}
      {entry.repair && (
        <div className="row-note">
          {t('credit.repair')}（{t(`credit.plea.${entry.repair.state}`)}）：{entry.repair.text}；{entry.repair.pledge}
          {entry.repair.reason && ` → ${entry.repair.reason}`}
        </div>
      )}
    </>
  );
}

/** Entries of the ledger with what they do and what can be done about them. */
export function Entries({ of, withParty }: { of: List<CreditEntry>; withParty?: boolean }) {
  const { t } = useTranslation();
  const eventName = useEventName();
  const what = (entry: CreditEntry) => (
    <>
      <div className="row-title">{eventName(entry)}</div>
      <div className="row-note">
        {[entry.evidence.includes(entry.caseNo ?? ' ') ? undefined : entry.caseNo, entry.evidence]
          .filter(Boolean)
          .join(' · ')}
      </div>
      <Pleas entry={entry} />
    </>
  );
  const party = (entry: CreditEntry) => (
    <Link to={`/credit/${entry.partyKind}/${entry.partyId}`}>{entry.partyName || entry.partyId}</Link>
  );
  const columns: TableColumnsType<CreditEntry> = [
    ...(withParty ? [{ title: t('credit.party'), render: (_: unknown, entry: CreditEntry) => party(entry) }] : []),
    {
      title: t('credit.happened'),
      render: (_, entry) => <div style={{ maxWidth: 250, whiteSpace: 'normal' }}>{what(entry)}</div>,
    },
    { title: t('credit.occurredAt'), render: (_, entry) => formatTime(entry.occurredAt, 'day') },
    {
      title: t('credit.effect'),
      render: (_, entry) => (
        <div style={{ maxWidth: 230, whiteSpace: 'normal' }}>
          <Effects entry={entry} />
        </div>
      ),
    },
    { title: t('credit.status'), render: (_, entry) => <EntryStatusChip status={entry.status} /> },
    {
      title: '',
      render: (_, entry) => (
        <div style={{ maxWidth: 120, whiteSpace: 'normal' }}>
          <EntryCommands entry={entry} />
        </div>
      ),
    },
  ];
  return (
    <KeyedList
      of={of}
      keyOf={(entry) => entry.id}
      columns={columns}
      row={(entry) => (
        <>
          <div className="row-top">
            <EntryStatusChip status={entry.status} />
            <span className="muted">{formatTime(entry.occurredAt, 'day')}</span>
          </div>
          {withParty && party(entry)}
          {what(entry)}
          <Effects entry={entry} />
          <EntryCommands entry={entry} />
        </>
      )}
      empty={{ title: t('credit.noEntries'), text: t('credit.noEntriesText') }}
      testId="credit-entries"
    />
  );
}
