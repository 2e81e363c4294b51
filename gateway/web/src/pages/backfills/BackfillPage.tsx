import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { Answer, Panel, Say } from '../../design/parts';
import { FirstOnly, SheetDetail } from '../../design/sheets';
import { factorName, factorUnit } from '../../view/factors';
import { formatTime } from '../../view/time';
import { devicePath } from '../devices/queries';
import { BACKFILLS, type Backfill, type BackfillPage as Page, useBackfill } from './queries';

/** Which cells are wrong, and what was expected there. */
function Errors({ errors }: Pick<Page, 'errors'>) {
  const { t } = useTranslation();
  return (
    <Panel title={t('backfill.errors')} flush>
      <div className="scroll-x">
        <table className="plain" data-testid="backfill-errors">
          <thead>
            <tr>
              <th>{t('backfill.cell')}</th>
              <th>{t('backfill.column')}</th>
              <th>{t('backfill.value')}</th>
              <th>{t('backfill.expected')}</th>
            </tr>
          </thead>
          <tbody>
            {errors.items.map((error) => (
              <tr key={`${error.row} ${error.cell} ${error.expected}`}>
                <td style={{ whiteSpace: 'nowrap' }}>{error.cell || t('sheet.row', { row: error.row })}</td>
                <td>{error.column}</td>
                <td className="mono">{error.value}</td>
                <td>{error.expected}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <FirstOnly count={errors.items.length} next={errors.next} />
    </Panel>
  );
}

/** Whose readings these are, and of when. */
function Devices({ devices }: Pick<Backfill, 'devices'>) {
  const { t } = useTranslation();
  return (
    <Panel title={t('backfill.devices')} flush>
      <div className="scroll-x">
        <table className="plain" data-testid="backfill-devices">
          <thead>
            <tr>
              <th>{t('device.mn')}</th>
              <th className="num">{t('sheet.rows')}</th>
              <th>{t('device.from')}</th>
              <th>{t('device.to')}</th>
            </tr>
          </thead>
          <tbody>
            {devices.map(({ mn, rows, from, to }) => (
              <tr key={mn}>
                <td>
                  <Link className="mono" to={devicePath(mn)}>
                    {mn}
                  </Link>
                </td>
                <td className="num">{rows}</td>
                <td>{formatTime(from)}</td>
                <td>{formatTime(to)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** The first rows as they were understood: kind, time, and each value with its factor and unit. */
function Preview({ rows }: { rows: Page['preview'] }) {
  const { t, i18n } = useTranslation();
  return (
    <Panel title={t('backfill.preview')} flush>
      <div className="scroll-x">
        <table className="plain" data-testid="backfill-preview">
          <thead>
            <tr>
              <th>{t('sheet.rowNumbers')}</th>
              <th>{t('device.mn')}</th>
              <th>{t('backfill.kind')}</th>
              <th>{t('backfill.dataTime')}</th>
              <th>{t('backfill.values')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.row}>
                <td>{row.row}</td>
                <td className="mono">{row.mn}</td>
                <td>{t(`kind.${row.kind}`)}</td>
                <td style={{ whiteSpace: 'nowrap' }}>{formatTime(row.dataTime)}</td>
                <td>
                  {Object.entries(row.values).map(([code, { Flag, ...fields }]) => (
                    <div key={code} style={{ whiteSpace: 'nowrap' }}>
                      {factorName(code, i18n.language)}{' '}
                      {Object.entries(fields)
                        .map(([field, value]) => `${field} ${value}`)
                        .join(', ')}{' '}
                      <small className="muted">{'Cou' in fields ? '' : factorUnit(code)}</small>
                      {Flag && <span className="chip flag">{Flag}</span>}
                    </div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

export default function BackfillPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const page = useBackfill(id);
  return (
    <div className="page" data-testid="sheet" data-state={page.data?.backfill.state}>
      <Answer of={page}>
        {({ backfill, preview, errors }) => (
          <SheetDetail
            of={BACKFILLS}
            sheet={backfill}
            listTitle={t('device.page.backfills')}
            counts={[
              [t('backfill.good'), (sheet) => sheet.good],
              [t('sheet.item.wrong'), (sheet) => sheet.wrong],
              [t('backfill.values'), (sheet) => sheet.values],
            ]}
            taken={backfill.good}
            written={backfill.good}
          >
            {backfill.state === 'committed' && <Say>{t('backfill.committedText')}</Say>}
            {errors.items.length > 0 && <Errors errors={errors} />}
            {backfill.devices.length > 0 && <Devices devices={backfill.devices} />}
            {preview.length > 0 && <Preview rows={preview} />}
          </SheetDetail>
        )}
      </Answer>
    </div>
  );
}
