import { CheckOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAcknowledge } from '../../api/hooks';
import type { Alarm } from '../../api/types';
import { useSelf } from '../../me';
import { mayAcknowledge } from '../../view/access';

export function AcknowledgeButton({ alarm, small }: { alarm: Alarm; small?: boolean }) {
  const { t } = useTranslation();
  const me = useSelf();
  const { message } = App.useApp();
  const acknowledge = useAcknowledge();
  if (alarm.acknowledged || !mayAcknowledge(me)) return null;
  return (
    <Button
      size={small ? 'small' : 'middle'}
      icon={<CheckOutlined />}
      loading={acknowledge.isPending}
      onClick={() =>
        acknowledge.mutate(alarm.id, {
          onSuccess: () => void message.success(t('alarm.nowAcknowledged')),
          onError: (error) => void message.error(error.message),
        })
      }
      data-testid="acknowledge"
    >
      {t('alarm.acknowledge')}
    </Button>
  );
}
