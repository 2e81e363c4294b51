import type { TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { List } from '../../api/hooks';
import { KeyedList } from '../../design/KeyedList';
import { formatTime } from '../../view/time';
import { ColourChip, RatingStateChip } from './marks';
import type { RatingRow } from './queries';

/** Ratings of periods with their states. */
export function RatingRows({ of }: { of: List<RatingRow> }) {
  const { t } = useTranslation();
  const scheme = (rating: RatingRow) => t(`credit.scheme.${rating.scheme}`, { defaultValue: rating.scheme });
  const columns: TableColumnsType<RatingRow> = [
    {
      title: t('credit.party'),
      render: (_, rating) => <Link to={`/credit/ratings/${rating.id}`}>{rating.partyName || rating.partyId}</Link>,
    },
    { title: t('credit.period'), render: (_, rating) => `${rating.period} · ${scheme(rating)}` },
    {
      title: t('credit.colourTitle'),
      render: (_, rating) => <ColourChip colour={rating.colour} score={rating.score} />,
    },
    { title: t('credit.status'), render: (_, rating) => <RatingStateChip rating={rating} /> },
    { title: t('credit.due'), render: (_, rating) => formatTime(rating.dueAt ?? rating.finalAt, 'day') },
  ];
  return (
    <KeyedList
      of={of}
      keyOf={(rating) => rating.id}
      columns={columns}
      row={(rating) => (
        <>
          <div className="row-top">
            <ColourChip colour={rating.colour} score={rating.score} />
            <RatingStateChip rating={rating} />
          </div>
          <div className="row-title">{rating.partyName || rating.partyId}</div>
          <div className="row-note">{`${rating.period} · ${scheme(rating)}`}</div>
        </>
      )}
      to={(rating) => `/credit/ratings/${rating.id}`}
      empty={{ title: t('credit.noRatings'), text: t('credit.noRatingsText') }}
      testId="credit-ratings"
    />
  );
}
