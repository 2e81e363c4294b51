import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTaskCommand } from '../../api/hooks';
import type { Task } from '../../api/types';
import { Problem, Say } from '../../design/parts';

/** Cancels what need not be done any more; the reason stands in the history. */
export function Cancel({ task }: { task: Task }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const command = useTaskCommand(task.id);
  return (
    <>
      <Button danger onClick={() => setOpen(true)} data-testid="cancel-task">
        {t('action.cancelTask')}
      </Button>
      <Modal
        open={open}
        title={t('action.cancelTask')}
        onCancel={() => setOpen(false)}
        okText={t('action.cancelTask')}
        okButtonProps={{ danger: true, disabled: reason.trim() === '', loading: command.isPending }}
        onOk={() =>
          command.mutate({ command: 'cancel', body: { reason: reason.trim() } }, { onSuccess: () => setOpen(false) })
        }
      >
        <div className="stack">
          <Say tone="warn">{t('task.cancelText')}</Say>
          <Input.TextArea
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            rows={3}
            maxLength={1000}
            placeholder={t('task.cancelReason')}
            aria-label={t('task.cancelReason')}
          />
          <Problem error={command.error} />
        </div>
      </Modal>
    </>
  );
}
