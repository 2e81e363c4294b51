import { DownloadOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Progress, type TableColumnsType } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router-dom';
import { apiUrl } from '../../api/client';
import { KeyedList } from '../../design/KeyedList';
import { PageHead, Panel, Problem } from '../../design/parts';
import { formatTime } from '../../view/time';
import { type Sheet, useSheets, useSheetUpload } from './queries';
import { PermitTabs } from './Tabs';

function Upload() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const upload = useSheetUpload();
  const [share, setShare] = useState(0);
  const send = (file: File | undefined) => {
    if (!file) return;
    setShare(0);
    upload.mutate({ file, onProgress: setShare }, { onSuccess: ({ id }) => navigate(`/sheets/${id}`) });
  };
  return (
    <div className="stack">
      <p className="muted">{t('permits.sheetRule')}</p>
      <div className="cluster">
        <input
          ref={input}
          type="file"
          accept=".csv,.xlsx"
          hidden
          aria-label={t('permits.chooseSheet')}
          onChange={(event) => {
            send(event.target.files?.[0]);
            event.target.value = '';
          }}
          data-testid="sheet-file"
        />
        <Button
          type="primary"
          icon={<UploadOutlined />}
          loading={upload.isPending}
          onClick={() => input.current?.click()}
        >
          {t('permits.chooseSheet')}
        </Button>
        {(['xlsx', 'csv'] as const).map((format) => (
          <Button
            key={format}
            icon={<DownloadOutlined />}
            href={apiUrl('/permits/template', { format })}
            data-testid={`sheet-template-${format}`}
          >
            {t('permits.template', { format: format.toUpperCase() })}
          </Button>
        ))}
      </div>
      {upload.isPending && <Progress percent={Math.round(share * 100)} aria-label={t('permits.uploading')} />}
      <Problem error={upload.error} />
    </div>
  );
}

export default function SheetsPage() {
  const { t } = useTranslation();
  const sheets = useSheets();
  const columns: TableColumnsType<Sheet> = [
    { title: t('permits.sheetName'), render: (_, s) => <Link to={`/sheets/${s.id}`}>{s.filename}</Link> },
    { title: t('permits.column.state'), render: (_, s) => t(`permits.sheetState.${s.state}`) },
    { title: t('permits.sheetPermits'), align: 'right', render: (_, s) => s.permits },
    { title: t('permits.sheetItem.wrong'), align: 'right', render: (_, s) => s.wrong },
    { title: t('permits.written'), align: 'right', render: (_, s) => s.written },
    { title: t('permits.uploadedAt'), render: (_, s) => `${formatTime(s.uploadedAt)} ${s.uploadedBy}` },
  ];
  return (
    <div className="page">
      <PageHead title={t('permits.page.sheets')} sub={t('permits.sheetsLead')} />
      <PermitTabs />
      <Panel>
        <Upload />
      </Panel>
      <div className="panel">
        <KeyedList
          of={sheets}
          keyOf={(sheet) => sheet.id}
          columns={columns}
          to={(sheet) => `/sheets/${sheet.id}`}
          row={(sheet) => (
            <>
              <div className="row-title">{sheet.filename}</div>
              <div className="row-note">{t(`permits.sheetState.${sheet.state}`)}</div>
            </>
          )}
          empty={{ title: t('permits.noSheets') }}
          testId="sheets"
        />
      </div>
    </div>
  );
}
