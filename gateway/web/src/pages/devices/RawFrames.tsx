import { DownloadOutlined } from '@ant-design/icons';
import { Button, DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { apiUrl } from '../../api/client';
import { isoTime } from '../../view/time';

const MOST_DAYS = 31;
/** What came since is usually not archived yet. */
const WAIT_MINUTES = 15;

/** What a device sent, byte by byte, as a file for the case. */
export function RawFrames({ mn }: { mn: string }) {
  const { t } = useTranslation();
  const [[from, to], setSpan] = useState(() => {
    const until = dayjs().subtract(WAIT_MINUTES, 'minute').startOf('minute');
    return [until.subtract(1, 'day'), until] as const;
  });
  return (
    <div className="stack">
      <p className="muted">{t('rawFrames.text')}</p>
      <div className="cluster">
        <DatePicker.RangePicker
          showTime={{ format: 'HH:mm' }}
          format="YYYY-MM-DD HH:mm"
          value={[from, to]}
          allowClear={false}
          disabledDate={(day, { from: begun }) =>
            day.isAfter(dayjs()) || (begun !== undefined && Math.abs(day.diff(begun, 'day')) >= MOST_DAYS)
          }
          onChange={(span) => span?.[0] && span[1] && setSpan([span[0], span[1]])}
          aria-label={t('rawFrames.span')}
        />
        <Button
          icon={<DownloadOutlined />}
          href={apiUrl(`/devices/${encodeURIComponent(mn)}/frames`, {
            from: isoTime(from.valueOf()),
            to: isoTime(to.valueOf()),
          })}
          download
          data-testid="raw-frames"
        >
          {t('rawFrames.download')}
        </Button>
      </div>
    </div>
  );
}
