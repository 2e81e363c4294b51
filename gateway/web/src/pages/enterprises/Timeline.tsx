import {
  AlertOutlined,
  AuditOutlined,
  BankOutlined,
  CarryOutOutlined,
  EditOutlined,
  FileSearchOutlined,
  FundOutlined,
  LineChartOutlined,
  MailOutlined,
  MessageOutlined,
  PhoneOutlined,
  ProjectOutlined,
  SafetyCertificateOutlined,
} from '@ant-design/icons';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { usePersonNames } from '../../api/hooks';
import type { TimelineEntry } from '../../api/types';
import { useRemark } from '../../design/remark';
import { StateGlyph } from '../../design/StateGlyph';
import { factorName, unitText } from '../../view/factors';
import { formatTime } from '../../view/time';

const ICON: Record<TimelineEntry['kind'], ReactNode> = {
  reading: <LineChartOutlined />,
  alarm: <AlertOutlined />,
  task: <CarryOutOutlined />,
  finding: <EditOutlined />,
  explanation: <MessageOutlined />,
  permit: <AuditOutlined />,
  notice: <MailOutlined />,
  check: <SafetyCertificateOutlined />,
  project: <ProjectOutlined />,
  suspicion: <FileSearchOutlined />,
  case: <BankOutlined />,
  complaint: <PhoneOutlined />,
  credit: <FundOutlined />,
};
const FIRST = 40;
/** Subjects that have a page of their own. */
const PAGES: Partial<Record<TimelineEntry['subject']['kind'], string>> = {
  alarm: 'alarms',
  task: 'tasks',
  case: 'cases',
  complaint: 'complaints',
  check: 'checks',
  project: 'projects',
};

function Title({ entry }: { entry: TimelineEntry }) {
  const { t, i18n } = useTranslation();
  const { kind, verb, title, detail, subject } = entry;
  const factor = detail.factor ? ` · ${factorName(detail.factor, i18n.language)}` : '';
  const named =
    kind === 'alarm' || kind === 'reading'
      ? `${t(`alarmCode.${title}`, { defaultValue: title })}${factor}`
      : kind === 'suspicion'
        ? `${t(`file.word.authenticity.${title}`, { defaultValue: title })}${factor}`
        : kind === 'check'
          ? t(`permits.check.${title}`, { defaultValue: title })
          : title;
  const page = PAGES[subject.kind];
  const what = t(`timeline.${kind}.${verb}`, { defaultValue: t(`task.verb.${verb}`, { defaultValue: verb }) });
  return (
    <h3>
      <span className="muted" style={{ fontWeight: 400 }}>
        {what}
      </span>{' '}
      {page ? <Link to={`/${page}/${subject.id}`}>{named}</Link> : <span>{named}</span>}
    </h3>
  );
}

function Detail({ entry: { kind, detail }, nameOf }: { entry: TimelineEntry; nameOf: (id: string) => string }) {
  const { t } = useTranslation();
  const remark = useRemark();
  const parts: string[] = [];
  if (detail.value && detail.limit)
    parts.push(t('timeline.valueOverLimit', { value: detail.value, limit: detail.limit, unit: unitText(detail.unit) }));
  else if (detail.value) parts.push(`${detail.value} ${unitText(detail.unit)}`.trim());
  if (detail.conclusion) parts.push(t(`conclusion.${detail.conclusion}`, { defaultValue: detail.conclusion }));
  if (detail.verdict) parts.push(t(`file.word.verdict.${detail.verdict}`, { defaultValue: detail.verdict }));
  if (detail.act) parts.push(t(`file.word.act.${detail.act}`, { defaultValue: detail.act }));
  if (detail.category) parts.push(t(`file.word.category.${detail.category}`, { defaultValue: detail.category }));
  if (detail.points) parts.push(detail.points);
  if (detail.text) parts.push(detail.text);
  if (detail.remark) parts.push(remark(detail.remark));
  if (detail.basis && kind !== 'permit') parts.push(detail.basis);
  const by = detail.by ?? (detail.byId && nameOf(detail.byId));
  if (by) parts.push(by);
  const to = detail.to ?? (detail.toId && nameOf(detail.toId));
  if (to) parts.push(t('timeline.to', { name: to }));
  for (const delivery of detail.channels?.split(' ') ?? []) {
    const [channel, status] = delivery.split(':');
    parts.push(`${t(`channel.${channel}`)} ${t(`delivery.${status}`)}`);
  }
  return parts.length > 0 ? <p>{parts.join(' · ')}</p> : null;
}

/** Everything known of an enterprise in one line of time, newest first. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(FIRST);
  const visible = entries.slice(0, shown);
  const nameOf = usePersonNames(visible.flatMap(({ detail }) => [detail.byId, detail.toId]));
  if (entries.length === 0) return <p className="muted">{t('timeline.none')}</p>;
  let day = '';
  return (
    <>
      <ol className="timeline" data-testid="timeline">
        {visible.flatMap((entry) => {
          const of = formatTime(entry.at, 'day');
          const head =
            of === day
              ? []
              : [
                  <li key={of} className="day">
                    {of}
                  </li>,
                ];
          day = of;
          return [
            ...head,
            <li
              key={`${entry.at} ${entry.kind} ${entry.verb} ${entry.subject.id} ${entry.title} ${Object.values(entry.detail).join(' ')}`}
              data-kind={entry.kind}
            >
              <time dateTime={entry.at}>{formatTime(entry.at, 'clock')}</time>
              <span className="dot" aria-hidden>
                {entry.level && entry.kind === 'alarm' ? (
                  <StateGlyph state={entry.level} size={15} />
                ) : (
                  ICON[entry.kind]
                )}
              </span>
              <div className="what">
                <Title entry={entry} />
                <Detail entry={entry} nameOf={nameOf} />
              </div>
            </li>,
          ];
        })}
      </ol>
      {entries.length > shown && (
        <Button block onClick={() => setShown(shown + FIRST)} data-testid="timeline-more">
          {t('action.more')}
        </Button>
      )}
    </>
  );
}
