import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router-dom';
import { useNotices, useReadNotice } from '../../api/hooks';
import type { Notice } from '../../api/types';
import { LevelChip } from '../../design/marks';
import { Answer, Blank, More, PageHead } from '../../design/parts';
import { useSelf } from '../../me';
import { subjectPath } from '../../view/subject-path';
import { formatTime } from '../../view/time';
import { Deliveries } from './Told';

export default function NoticesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useSelf();
  const [unread, setUnread] = useState(false);
  const notices = useNotices(unread ? { unread: true } : {});
  const read = useReadNotice();
  const open = (notice: Notice) => {
    if (!notice.readAt) read.mutate(notice.id);
    void navigate(subjectPath(notice.subject, me.enterpriseId));
  };
  return (
    <div className="page" style={{ maxWidth: 860 }}>
      <PageHead title={t('nav.notices')} sub={t('notice.lead')} />
      <div className="filters">
        <Segmented
          value={unread ? 'unread' : 'all'}
          onChange={(value) => setUnread(value === 'unread')}
          options={[
            { value: 'all', label: t('notice.all') },
            { value: 'unread', label: t('notice.unread') },
          ]}
        />
      </div>
      <div className="panel">
        <Answer of={notices}>
          {(items) =>
            items.length === 0 ? (
              <Blank title={t('notice.none')} />
            ) : (
              <ul className="rows" data-testid="notices">
                {items.map((notice) => (
                  <li key={notice.id}>
                    <button
                      type="button"
                      className={`row notice${notice.readAt ? '' : ' fresh'}`}
                      onClick={() => open(notice)}
                      data-id={notice.id}
                    >
                      <span className="row-top">
                        <LevelChip level={notice.level} />
                        <span className="chip">{t(`notice.subject.${notice.subject.kind}`)}</span>
                        {!notice.readAt && <span className="chip brand-chip">{t('notice.new')}</span>}
                        <span className="muted" style={{ fontSize: 12.5 }}>
                          {formatTime(notice.createdAt, 'short')}
                        </span>
                      </span>
                      <span className="row-title" style={{ display: 'block', fontWeight: notice.readAt ? 400 : 700 }}>
                        {notice.title}
                      </span>
                      <span className="row-note" style={{ display: 'block', fontSize: 13.5 }}>
                        {notice.body}
                      </span>
                    </button>
                    <div className="row-foot">
                      <Deliveries notice={notice} />
                    </div>
                  </li>
                ))}
              </ul>
            )
          }
        </Answer>
        <More of={notices} />
      </div>
    </div>
  );
}
