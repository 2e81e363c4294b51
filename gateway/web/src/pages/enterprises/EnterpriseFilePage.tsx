import { FilePdfOutlined, PrinterOutlined } from '@ant-design/icons';
import { Button, Segmented } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { useEnterpriseFile } from '../../api/hooks';
import type {
  DeviceLink,
  EnterpriseDetail,
  EnterpriseFile,
  Moment,
  Outlet,
  Permit,
  PermitLimit,
} from '../../api/types';
import { LinkMark, StateMark } from '../../design/marks';
import { Answer, Blank, Fact, Facts, PageHead, Panel, Say } from '../../design/parts';
import { usePhone } from '../../design/use-phone';
import { factorName, factorUnit, unitText } from '../../view/factors';
import { boundDevices, latestValues, limitedFirst } from '../../view/latest';
import { liveState } from '../../view/live-state';
import { formatPosition, mapLink } from '../../view/place';
import { formatTime, lastDay } from '../../view/time';
import { AlarmRow } from '../alarms/AlarmRow';
import { TaskRow } from '../tasks/TaskRow';
import { useDivisionName } from './division-name';
import { FilePart } from './FilePart';
import { CreditPart, Enforcement, PermitSupervision } from './SupervisionParts';
import { Timeline } from './Timeline';

type Parts = EnterpriseFile['parts'];

function Ratio({ value, limit }: { value: number; limit: number }) {
  const share = value / limit;
  return (
    <span className="ratio" aria-hidden>
      <i
        style={{ width: `${Math.min(100, (share / 1.25) * 100)}%` }}
        className={share > 1 ? 'over' : share >= 0.9 ? 'near' : ''}
      />
    </span>
  );
}

function OutletLatest(props: {
  outlet: Outlet;
  moments: Moment[];
  limits: PermitLimit[];
  links?: DeviceLink[];
  mns: string[];
}) {
  const { t, i18n } = useTranslation();
  const { outlet, mns, links } = props;
  const limits = props.limits.filter((l) => l.outletId === outlet.id);
  const latest = limitedFirst(latestValues(props.moments.filter((m) => mns.includes(m.mn))), limits);
  const online = links && mns.some((mn) => links.find((l) => l.mn === mn)?.online);
  return (
    <section className="outlet-block" data-testid="file-outlet" data-id={outlet.id}>
      <div className="row-top">
        <Link to={`/outlets/${outlet.id}`} style={{ fontWeight: 500 }}>
          {outlet.code} {outlet.name}
        </Link>
        <span className="chip">{t(`medium.${outlet.medium}`)}</span>
        {links && mns.length > 0 && <LinkMark online={online === true} />}
      </div>
      {latest.length === 0 ? (
        <p className="muted">{t('file.noValues')}</p>
      ) : (
        <div className="scroll-x">
          <table className="plain">
            <thead>
              <tr>
                <th>{t('reading.factor')}</th>
                <th className="num">{t('reading.latest')}</th>
                <th className="num">{t('reading.limit')}</th>
                <th />
                <th>{t('reading.dataTime')}</th>
              </tr>
            </thead>
            <tbody>
              {latest.map((value) => {
                const limit = limits.find((l) => l.factor === value.factor);
                return (
                  <tr key={value.factor}>
                    <td>{factorName(value.factor, i18n.language)}</td>
                    <td className="num" style={{ fontWeight: 500 }}>
                      {value.text}{' '}
                      <small className="muted">{limit ? unitText(limit.unit) : factorUnit(value.factor)}</small>
                      {value.flag !== 'N' && (
                        <span className="chip flag">{t(`flag.${value.flag}`, { defaultValue: value.flag })}</span>
                      )}
                    </td>
                    <td className="num muted">{limit?.limit ?? '–'}</td>
                    <td>{limit && <Ratio value={Number(value.text)} limit={limit.limit} />}</td>
                    <td className="muted" style={{ whiteSpace: 'nowrap' }}>
                      {t(`kind.${value.kind}`)} {formatTime(value.dataTime, 'short')}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function PermitBlock({ permit, outlets }: { permit: Permit; outlets: Outlet[] }) {
  const { t, i18n } = useTranslation();
  const outletName = (id: string) => {
    const outlet = outlets.find((o) => o.id === id);
    return outlet ? `${outlet.code} ${outlet.name}` : id;
  };
  return (
    <div className="stack">
      <Facts>
        <Fact label={t('permit.number')}>
          <span className="mono">{permit.number}</span>
        </Fact>
        <Fact label={t('permit.valid')}>
          {formatTime(permit.validFrom, 'day')} – {lastDay(permit.validTo)}
        </Fact>
        <Fact label={t('permit.status')}>
          <span className={`chip ${permit.status === 'valid' ? 'normal' : 'urgent'}`}>
            {t(`permitStatus.${permit.status}`)}
          </span>
        </Fact>
        <Fact label={t('permit.issuer')}>{permit.issuer}</Fact>
      </Facts>
      <div className="scroll-x">
        <table className="plain" data-testid="limits">
          <thead>
            <tr>
              <th>{t('alarm.outlet')}</th>
              <th>{t('reading.factor')}</th>
              <th className="num">{t('reading.limit')}</th>
              <th>{t('permit.period')}</th>
              <th>{t('evidence.basis')}</th>
            </tr>
          </thead>
          <tbody>
            {permit.limits.map((limit) => (
              <tr key={limit.id}>
                <td>{outletName(limit.outletId)}</td>
                <td>{factorName(limit.factor, i18n.language)}</td>
                <td className="num" style={{ fontWeight: 500 }}>
                  {limit.limit} <small className="muted">{unitText(limit.unit)}</small>
                </td>
                <td>
                  {t(`period.${limit.period}`)}
                  {limit.referenceOxygen !== undefined && (
                    <span className="row-note"> O₂ {limit.referenceOxygen}%</span>
                  )}
                </td>
                <td className="muted">{limit.basis}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Basics({ detail }: { detail: EnterpriseDetail }) {
  const { t } = useTranslation();
  const nameOf = useDivisionName();
  const principal = detail.people.find((p) => p.id === detail.principalPersonId);
  return (
    <Facts>
      <Fact label={t('enterprise.uscc')}>
        <span className="mono">{detail.uscc}</span>
      </Fact>
      <Fact label={t('enterprise.division')}>
        {/* A town with its county. */}
        {detail.divisionPath.slice(2).map(nameOf).join(' ') || nameOf(detail.divisionCode)} {detail.divisionCode}
      </Fact>
      <Fact label={t('enterprise.industry')}>
        {detail.industryName} {detail.industryCode}
      </Fact>
      <Fact label={t('enterprise.class')}>{t(`managementClass.${detail.managementClass}`)}</Fact>
      <Fact label={t('enterprise.status')}>{t(`enterpriseStatus.${detail.status}`)}</Fact>
      <Fact label={t('enterprise.principal')}>{principal && `${principal.name} ${principal.phoneMasked ?? ''}`}</Fact>
      <Fact label={t('enterprise.address')} wide>
        {detail.address}
      </Fact>
      <Fact label={t('enterprise.position')}>
        <a
          href={mapLink(detail, detail.name)}
          target="_blank"
          rel="noreferrer"
          className="mono"
          title={t('task.openInMap')}
        >
          {formatPosition(detail)}
        </a>
      </Fact>
    </Facts>
  );
}

type Section = 'basics' | 'outlets' | 'permits' | 'supervision' | 'credit' | 'alarms' | 'tasks' | 'timeline';
const SECTIONS: Section[] = ['timeline', 'outlets', 'alarms', 'tasks', 'permits', 'supervision', 'credit', 'basics'];

function File({ file }: { file: EnterpriseFile }) {
  const { t, i18n } = useTranslation();
  const phone = usePhone();
  const [section, setSection] = useState<Section>('timeline');
  const parts: Parts = file.parts;
  const detail = parts.registry.data;
  const outlets = detail?.outlets ?? [];
  const limits = (parts.permits.data ?? []).flatMap((p) => p.limits);
  const alarms = parts.alarms.data;
  const counts = { urgent: 0, high: 0, mid: 0, low: 0 };
  for (const alarm of alarms ?? []) if (alarm.active && !alarm.history) counts[alarm.level] += 1;
  const links = parts.links.data;
  const state = liveState({
    alarms: counts,
    devices: { total: links?.length ?? 0, online: links?.filter((l) => l.online).length ?? 0 },
    status: detail?.status,
  });
  const at = Date.parse(file.at);
  const outletName = (id: string | undefined) => outlets.find((outlet) => outlet.id === id)?.code ?? id ?? '';

  const panels: Record<Section, ReactNode> = {
    basics: (
      <FilePart title={t('file.basics')} part={parts.registry} name="registry">
        {(data) => <Basics detail={data} />}
      </FilePart>
    ),
    outlets: (
      <FilePart title={t('file.outlets')} part={parts.latest} name="latest" flush>
        {(moments) =>
          outlets.length === 0 ? (
            <Blank title={t('file.noOutlets')} />
          ) : (
            outlets.map((outlet) => (
              <OutletLatest
                key={outlet.id}
                outlet={outlet}
                moments={moments}
                limits={limits}
                links={links}
                mns={boundDevices(outlet, detail?.devices ?? [], at).map((d) => d.mn)}
              />
            ))
          )
        }
      </FilePart>
    ),
    permits: (
      <>
        <FilePart title={t('file.permits')} part={parts.permits} name="permits">
          {(permits) =>
            permits.length === 0 ? (
              <p className="muted">{t('file.noPermit')}</p>
            ) : (
              permits.map((permit) => <PermitBlock key={permit.id} permit={permit} outlets={outlets} />)
            )
          }
        </FilePart>
        <PermitSupervision parts={parts} outletName={outletName} />
      </>
    ),
    supervision: <Enforcement parts={parts} outletName={outletName} />,
    credit: <CreditPart parts={parts} />,
    alarms: (
      <FilePart title={t('file.alarms')} part={parts.alarms} name="alarms" flush>
        {(items) =>
          items.length === 0 ? (
            <Blank title={t('alarm.none')} />
          ) : (
            <ul className="rows scroll-rows">
              {items.map((alarm) => (
                <li key={alarm.id}>
                  <Link className="row" to={`/alarms/${alarm.id}`}>
                    <AlarmRow alarm={alarm} here />
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </FilePart>
    ),
    tasks: (
      <FilePart title={t('file.tasks')} part={parts.tasks} name="tasks" flush>
        {(items) =>
          items.length === 0 ? (
            <Blank title={t('task.none')} />
          ) : (
            <ul className="rows scroll-rows">
              {items.map((task) => (
                <li key={task.id}>
                  <Link className="row" to={`/tasks/${task.id}`}>
                    <TaskRow task={task} here />
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </FilePart>
    ),
    timeline: (
      <Panel title={t('file.timeline')} extra={t('file.asOf', { at: formatTime(file.at, 'second') })}>
        <Timeline entries={file.timeline} />
      </Panel>
    ),
  };
  return (
    <>
      <PageHead
        crumbs={[['/enterprises', t('nav.enterprises')]]}
        title={detail?.name ?? file.id}
        sub={
          <span className="cluster">
            <StateMark state={state} />
            {detail && (
              <>
                <span className="chip">{t(`managementClass.${detail.managementClass}`)}</span>
                <span>{detail.industryName}</span>
              </>
            )}
          </span>
        }
        actions={
          <>
            <Button
              icon={<FilePdfOutlined />}
              href={`/api/v1/enterprises/${encodeURIComponent(file.id)}/file.pdf?language=${i18n.language === 'en' ? 'en' : 'zh-CN'}`}
              download
              data-testid="file-pdf"
            >
              {t('file.pdf')}
            </Button>
            <Button icon={<PrinterOutlined />} onClick={() => window.print()} data-testid="file-print">
              {t('file.print')}
            </Button>
          </>
        }
      />
      {file.missing.length > 0 && (
        <div style={{ marginBottom: 14 }}>
          <Say tone="warn" testId="file-missing">
            {t('file.missingParts', {
              parts: file.missing.map((m) => t(`file.part.${m}`, { defaultValue: m })).join('、'),
            })}
          </Say>
        </div>
      )}
      {phone ? (
        <>
          <div className="scroll-x" style={{ marginBottom: 12 }}>
            <Segmented
              value={section}
              onChange={setSection}
              options={SECTIONS.map((value) => ({ value, label: t(`file.section.${value}`) }))}
              data-testid="file-sections"
            />
          </div>
          {panels[section]}
        </>
      ) : (
        <div className="columns file-columns">
          <div>
            {panels.basics}
            {panels.outlets}
            {panels.supervision}
            {panels.credit}
            {panels.permits}
            <div className="pair">
              <div>{panels.alarms}</div>
              <div>{panels.tasks}</div>
            </div>
          </div>
          <div>{panels.timeline}</div>
        </div>
      )}
    </>
  );
}

export default function EnterpriseFilePage() {
  const { id = '' } = useParams();
  const file = useEnterpriseFile(id);
  return (
    <div className="page" data-testid="enterprise-file">
      <Answer of={file}>{(data) => <File file={data} />}</Answer>
    </div>
  );
}
