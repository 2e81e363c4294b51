import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router-dom';
import type { Task } from '../../api/types';
import { Labelled, Problem, Say } from '../../design/parts';
import { formatTime } from '../../view/time';
import { useActs, useFileCase } from '../cases/queries';

/** Files a case from what two officers found and a reviewer confirmed (立案, domain.md 5.5). */
export function FileCase({ task }: { task: Task }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const file = useFileCase();
  const [act, setAct] = useState<string>();
  const [day, setDay] = useState(formatTime(task.createdAt, 'day'));
  const [summary, setSummary] = useState(task.finding?.text ?? '');
  const acts = useActs(undefined);
  return (
    <div className="stack" data-testid="file-case">
      {task.fileBy && <Say>{t('case.fileBy', { at: formatTime(task.fileBy, 'day') })}</Say>}
      <Labelled label={t('case.act')}>
        {(id) => (
          <Select
            id={id}
            style={{ width: '100%' }}
            value={act}
            onChange={setAct}
            options={(acts.data ?? []).map((entry) => ({ value: entry.act, label: t(`caseAct.${entry.act}`) }))}
            data-testid="case-act"
          />
        )}
      </Labelled>
      <Labelled label={t('case.actAt')}>
        {(id) => (
          <Input
            id={id}
            type="date"
            value={day}
            max={formatTime(Date.now(), 'day')}
            onChange={(event) => setDay(event.target.value)}
            data-testid="case-act-at"
          />
        )}
      </Labelled>
      <Labelled label={t('case.summary')}>
        {(id) => (
          <Input.TextArea
            id={id}
            value={summary}
            onChange={(event) => setSummary(event.target.value)}
            autoSize={{ minRows: 3, maxRows: 10 }}
            maxLength={5000}
            data-testid="case-summary"
          />
        )}
      </Labelled>
      <Problem error={file.error} />
      <Button
        type="primary"
        disabled={!act || day === '' || summary.trim() === ''}
        loading={file.isPending}
        onClick={() =>
          file.mutate(
            { taskId: task.id, act, actAt: `${day}T00:00:00+08:00`, summary: summary.trim() },
            { onSuccess: (filed) => void navigate(`/cases/${filed.id}`) },
          )
        }
        data-testid="case-file"
      >
        {t('case.do.file')}
      </Button>
    </div>
  );
}
