import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router-dom';
import { Blank, PageHead, Panel } from '../../design/parts';
import { useSelf } from '../../me';
import { ofAuthority, supervises } from '../../view/access';
import { Entries } from './Entries';
import { Explained } from './Explained';
import { ColourChip, RatingStateChip } from './marks';
import { type PartyKind, useEntries, useRatings, useStandings } from './queries';
import { RatingRows } from './Ratings';
import { RecordEntry } from './RecordEntry';

/** A party's credit: score line by line, entries, ratings; for its own people with what they may do about it. */
export function PartyCredit({ kind, id }: { kind: PartyKind; id: string }) {
  const { t } = useTranslation();
  const me = useSelf();
  const entries = useEntries({ partyKind: kind, partyId: id });
  const ratings = useRatings({ partyKind: kind, partyId: id });
  const newestRating = ratings.data?.at(-1);
  const name = newestRating?.partyName ?? entries.data?.[0]?.partyName;
  return (
    <div className="page" data-testid="party-credit">
      <PageHead
        title={name || t('nav.credit')}
        sub={t(ofAuthority(me) ? 'credit.partyLead' : 'credit.ownLead')}
        crumbs={ofAuthority(me) ? [['/credit', t('nav.credit')]] : undefined}
        actions={supervises(me) && <RecordEntry kind={kind} id={id} />}
      />
      {newestRating && (
        <p className="cluster" style={{ marginBottom: 12 }}>
          <ColourChip colour={newestRating.colour} score={newestRating.score} />
          <span>{newestRating.period}</span>
          <RatingStateChip rating={newestRating} />
        </p>
      )}
      <Explained kind={kind} id={id} />
      <Panel title={t('credit.entries')} flush>
        <Entries of={entries} />
      </Panel>
      <Panel title={t('credit.ratings')} flush>
        <RatingRows of={ratings} />
      </Panel>
    </div>
  );
}

export default function PartyCreditPage() {
  const { t } = useTranslation();
  const { kind, id = '' } = useParams();
  if (kind !== 'enterprise' && kind !== 'operator') return <Blank title={t('nothingHere')} />;
  return <PartyCredit kind={kind} id={id} />;
}

/** Of an operator's people, who see the only operator there is for them. */
export function OwnOperatorCredit() {
  const { t } = useTranslation();
  const own = useStandings({ scheme: 'points-12', partyKind: 'operator' });
  const [first] = own.data ?? [];
  return first ? <PartyCredit kind="operator" id={first.partyId} /> : <Blank title={t('credit.noEntries')} />;
}
