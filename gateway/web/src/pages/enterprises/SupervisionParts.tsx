import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { EnterpriseFile } from '../../api/types';
import { factorName } from '../../view/factors';
import { formatTime } from '../../view/time';
import { useCheckName } from '../permits/marks';
import { FilePart } from './FilePart';

type Parts = EnterpriseFile['parts'];
type PartProps = { parts: Parts; outletName: (id: string | undefined) => string };

/** Rows of a part under their heads; a sentence where there are none. */
function Table({
  head,
  rows,
  testId,
}: {
  head: string[];
  rows: { key: string; cells: ReactNode[] }[];
  testId: string;
}) {
  const { t } = useTranslation();
  if (rows.length === 0) return <p className="muted">{t('file.none')}</p>;
  return (
    <div className="scroll-x">
      <table className="plain" data-testid={testId}>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name}>{t(`file.column.${name}`)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, i) => (
                <td key={head[i]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const LevelChip = ({ level }: { level: string }) => {
  const { t } = useTranslation();
  return <span className={`chip ${level}`}>{t(`level.${level}`)}</span>;
};

/** What the permit allows and asks: quantities, checks, projects, duties. */
export function PermitSupervision({ parts, outletName }: PartProps) {
  const { t, i18n } = useTranslation();
  const checkName = useCheckName();
  const factor = (code: string | undefined) => (code ? factorName(code, i18n.language) : '');
  return (
    <>
      <FilePart title={t('file.part.quotas')} part={parts.quotas} name="quotas">
        {(quotas) => (
          <Table
            testId="quotas"
            head={['factor', 'outlet', 'used', 'quantity', 'share', 'state']}
            rows={quotas.map((use) => ({
              key: `${use.permitId} ${use.outletId ?? ''} ${use.factor}`,
              cells: [
                `${factor(use.factor)} ${use.year}`,
                outletName(use.outletId),
                `${use.used.toFixed(1)} kg`,
                `${use.quantity} kg`,
                <b key="share">{(use.share * 100).toFixed(1)}%</b>,
                use.stage && t(`permits.stage.${use.stage}`),
              ],
            }))}
          />
        )}
      </FilePart>
      <FilePart title={t('file.part.checks')} part={parts.checks} name="checks">
        {(checks) => (
          <Table
            testId="checks"
            head={['what', 'level', 'state', 'at', 'text']}
            rows={checks.map((check) => ({
              key: check.id,
              cells: [
                <Link key="link" to={`/checks/${check.id}`}>
                  {checkName(check)}
                </Link>,
                <LevelChip key="level" level={check.level} />,
                t(`file.word.${check.active ? 'active' : 'over'}`),
                formatTime(check.openedAt, 'short'),
                check.text,
              ],
            }))}
          />
        )}
      </FilePart>
      <FilePart title={t('file.part.projects')} part={parts.projects} name="projects">
        {(projects) => (
          <Table
            testId="projects"
            head={['name', 'step', 'at', 'number']}
            rows={projects.flatMap((project) =>
              project.steps.map(({ step, at, number }) => ({
                key: `${project.id} ${step}`,
                cells: [project.name, t(`file.word.step.${step}`), formatTime(at, 'day'), number ?? ''],
              })),
            )}
          />
        )}
      </FilePart>
      <FilePart title={t('file.part.duties')} part={parts.duties} name="duties">
        {(duties) => (
          <Table
            testId="duties"
            head={['what', 'period', 'due', 'state']}
            rows={duties.slice(0, DUTIES_SHOWN).map((duty) => ({
              key: duty.id,
              cells: [
                t(`file.word.duty.${duty.kind}`),
                duty.period,
                formatTime(duty.dueAt, 'day'),
                t(`file.word.dutyState.${duty.state}`),
              ],
            }))}
          />
        )}
      </FilePart>
    </>
  );
}

/** The newest; a daily duty has many. */
const DUTIES_SHOWN = 12;

/** What speaks about the enterprise and what came of it. */
export function Enforcement({ parts, outletName }: PartProps) {
  const { t, i18n } = useTranslation();
  const { fraud, suspicions, cases, complaints } = parts;
  return (
    <>
      {fraud && (
        <FilePart title={t('file.part.fraud')} part={fraud} name="fraud">
          {({ outlets }) => (
            <Table
              testId="authenticity"
              head={['outlet', 'score', 'state', 'factor', 'at']}
              rows={outlets.map((score) => ({
                key: score.outletId,
                cells: [
                  outletName(score.outletId),
                  score.authenticity?.toFixed(1) ?? '–',
                  t(`file.word.authenticity.${score.level ?? 'none'}`),
                  score.worstFactor ? factorName(score.worstFactor, i18n.language) : '',
                  score.day,
                ],
              }))}
            />
          )}
        </FilePart>
      )}
      {suspicions && (
        <FilePart title={t('file.part.suspicions')} part={suspicions} name="suspicions">
          {(items) => (
            <Table
              testId="suspicions"
              head={['outlet', 'level', 'score', 'at', 'state', 'text']}
              rows={items.map((suspicion) => ({
                key: suspicion.id,
                cells: [
                  outletName(suspicion.outletId),
                  t(`file.word.authenticity.${suspicion.level}`),
                  suspicion.authenticity.toFixed(1),
                  suspicion.raisedDay,
                  suspicion.verdict
                    ? t(`file.word.verdict.${suspicion.verdict}`)
                    : t(`file.word.suspicion.${suspicion.state}`),
                  suspicion.indications[0]?.sentence[i18n.language === 'en' ? 'en' : 'zh'] ?? '',
                ],
              }))}
            />
          )}
        </FilePart>
      )}
      {cases && (
        <FilePart title={t('file.part.cases')} part={cases} name="cases">
          {(items) => (
            <Table
              testId="cases"
              head={['number', 'what', 'state', 'at']}
              rows={items.map((file) => ({
                key: file.id,
                cells: [
                  <Link key="link" to={`/cases/${file.id}`}>
                    {file.number}
                  </Link>,
                  t(`file.word.act.${file.act}`),
                  t(`file.word.caseState.${file.state}`),
                  formatTime(file.filedAt, 'day'),
                ],
              }))}
            />
          )}
        </FilePart>
      )}
      {complaints && (
        <FilePart title={t('file.part.complaints')} part={complaints} name="complaints">
          {({ items }) => (
            <Table
              testId="complaints"
              head={['number', 'category', 'state', 'at', 'text']}
              rows={items.map((complaint) => ({
                key: complaint.id,
                cells: [
                  <Link key="link" to={`/complaints/${complaint.id}`}>
                    {complaint.number}
                  </Link>,
                  t(`file.word.category.${complaint.category}`),
                  t(`file.word.complaintState.${complaint.state}`),
                  formatTime(complaint.receivedAt, 'day'),
                  t(`file.word.substantiated.${complaint.substantiated}`),
                ],
              }))}
            />
          )}
        </FilePart>
      )}
    </>
  );
}

/** Scores of today, final ratings and the entries they rest on. */
export function CreditPart({ parts }: Pick<PartProps, 'parts'>) {
  const { t, i18n } = useTranslation();
  const language = i18n.language === 'en' ? 'en' : 'zh';
  return (
    <FilePart title={t('file.part.credit')} part={parts.credit} name="credit">
      {({ standings, finals, entries }) => (
        <Table
          testId="credit"
          head={['what', 'score', 'colour', 'at']}
          rows={[
            ...standings.map((standing) => ({
              key: `standing ${standing.scheme}`,
              cells: [
                t(`credit.scheme.${standing.scheme}`),
                <b key="score" data-testid={`score-${standing.scheme}`}>
                  {standing.score}
                </b>,
                t(`file.word.colour.${standing.colour}`),
                formatTime(standing.at, 'short'),
              ],
            })),
            ...finals.map((final) => ({
              key: final.id,
              cells: [
                `${t(`credit.scheme.${final.scheme}`)} ${final.period}`,
                String(final.score),
                t(`file.word.colour.${final.colour}`),
                final.finalAt ? formatTime(final.finalAt, 'day') : '',
              ],
            })),
            ...entries.map((entry) => ({
              key: entry.id,
              cells: [
                entry.effects[0]?.name[language] ?? entry.event,
                String(entry.effects.find(({ points }) => points !== undefined)?.points ?? ''),
                t(`file.word.entryStatus.${entry.status}`),
                formatTime(entry.occurredAt, 'day'),
              ],
            })),
          ]}
        />
      )}
    </FilePart>
  );
}
