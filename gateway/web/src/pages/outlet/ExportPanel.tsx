import { DownloadOutlined } from '@ant-design/icons';
import { App, Button, Progress, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { apiUrl } from '../../api/client';
import { Answer, Blank, Problem, Say } from '../../design/parts';
import { type DataKind, exportWay, type Period, uploadKind } from '../../view/data-period';
import { formatTime, isoTime } from '../../view/time';
import { type ReadingExport, useExportCommand, useExports } from './data-queries';

const MB = 1024 * 1024;
const TONE: Record<ReadingExport['state'], string> = {
  ...{ waiting: '', running: 'low', done: 'normal', failed: 'urgent', cancelled: '' },
};

/** Exports of what is shown: streamed at once where it is small, else made ahead as a job. */
export function ExportPanel({ kind, shown, mns }: { kind: DataKind; shown: Period; mns: readonly string[] }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [format, setFormat] = useState<ReadingExport['format']>('csv');
  const start = useExportCommand();
  const upload = uploadKind(kind);
  const way = exportWay(kind, shown, mns.length);
  const [from, to] = [isoTime(shown.from), isoTime(shown.to)];
  return (
    <div style={{ padding: '6px 14px 10px' }} className="stack" data-testid="exports">
      {upload === undefined ? (
        <Say>{t('data.noMonthExport')}</Say>
      ) : mns.length === 0 ? (
        <Say>{t('data.nothingToExport')}</Say>
      ) : (
        <>
          <p className="muted">{t(way.job ? 'data.exportAsJob' : 'data.exportNow', { moments: way.moments })}</p>
          <div className="cluster">
            <Segmented
              value={format}
              onChange={setFormat}
              options={[
                { value: 'csv', label: 'CSV' },
                { value: 'ndjson', label: 'NDJSON' },
              ]}
            />
            {!way.job && (
              <Button
                type="primary"
                icon={<DownloadOutlined />}
                href={apiUrl('/readings/export', { mn: mns, kind: upload, from, to, format })}
                data-testid="export-now"
              >
                {t('data.download')}
              </Button>
            )}
            <Button
              type={way.job ? 'primary' : 'default'}
              loading={start.isPending}
              onClick={() =>
                start.mutate(
                  { path: '', body: { mns, kinds: [upload], from, to, format } },
                  { onSuccess: () => void message.success(t('data.exportStarted')) },
                )
              }
              data-testid="export-start"
            >
              {t('data.makeAhead')}
            </Button>
          </div>
          <Problem error={start.error} />
        </>
      )}
      <ExportJobs />
    </div>
  );
}

/** The caller's own exports with their progress, link and way to stop them. */
function ExportJobs() {
  const { t } = useTranslation();
  const jobs = useExports();
  const cancel = useExportCommand();
  return (
    <Answer of={jobs}>
      {({ items, next }) =>
        items.length === 0 ? (
          <Blank title={t('data.noExports')} />
        ) : (
          <>
            <Problem error={cancel.error} />
            <ul className="rows" style={{ margin: '0 -14px' }}>
              {items.map((job) => (
                <li key={job.id} className="row" style={{ cursor: 'default' }} data-id={job.id} data-state={job.state}>
                  <div className="row-top" style={{ flexWrap: 'wrap' }}>
                    <span>
                      {job.kinds.map((kind) => t(`kind.${kind}`)).join('、')} {job.format.toUpperCase()}
                    </span>
                    <span className={`chip ${TONE[job.state]}`}>{t(`data.exportState.${job.state}`)}</span>
                  </div>
                  <div className="row-note">
                    {formatTime(job.from, 'short')} – {formatTime(job.to, 'short')} ·{' '}
                    {t('data.exportSize', {
                      devices: job.devices,
                      moments: job.moments,
                      mb: (job.bytes / MB).toFixed(2),
                    })}
                  </div>
                  {job.state === 'running' && (
                    <Progress
                      percent={job.devices === 0 ? 0 : Math.floor((job.devicesDone / job.devices) * 100)}
                      size="small"
                    />
                  )}
                  {job.reason && <div className="row-note">{job.reason}</div>}
                  <div className="cluster" style={{ marginTop: 4 }}>
                    {job.link && (
                      <Button size="small" icon={<DownloadOutlined />} href={job.link} data-testid="export-link">
                        {t('data.download')}
                      </Button>
                    )}
                    {(job.state === 'waiting' || job.state === 'running' || job.state === 'done') && (
                      <Button
                        size="small"
                        loading={cancel.isPending && cancel.variables.path === `/${job.id}/cancel`}
                        onClick={() => cancel.mutate({ path: `/${job.id}/cancel` })}
                        data-testid="export-cancel"
                      >
                        {t(job.state === 'done' ? 'data.exportDelete' : 'data.exportCancel')}
                      </Button>
                    )}
                    {job.expiresAt && (
                      <span className="row-note">
                        {t('data.keptUntil', { at: formatTime(job.expiresAt, 'short') })}
                      </span>
                    )}
                  </div>
                </li>
              ))}
            </ul>
            {next && <p className="row-note">{t('data.newestExports')}</p>}
          </>
        )
      }
    </Answer>
  );
}
