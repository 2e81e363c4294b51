import { CSV_HEADER, exportLine, type readingsGrpc } from '@greenwatch/contracts';
import { momentOf } from './export-lines';

const moment: readingsGrpc.Moment = {
  mn: 'A,1',
  kind: 3,
  dataTime: Date.parse('2026-03-01T10:00:00+08:00'),
  receivedAt: Date.parse('2026-03-01T11:00:05.250+08:00'),
  factors: [
    {
      code: 'a21026',
      fields: [
        { name: 'Avg', value: '12.30' },
        { name: 'Flag', value: 'N' },
      ],
    },
    { code: '__proto__', fields: [{ name: 'Avg', value: '1' }] },
  ],
  revisions: 2,
};

test('NDJSON: one moment a line, values in their exact text, whatever a factor is called', () => {
  expect(exportLine(momentOf(moment), 'ndjson')).toBe(
    '{"mn":"A,1","kind":"hour","dataTime":"2026-03-01T10:00:00.000+08:00","receivedAt":"2026-03-01T11:00:05.250+08:00",' +
      '"values":{"a21026":{"Avg":"12.30","Flag":"N"},"__proto__":{"Avg":"1"}},"revisions":2}\n',
  );
});

test('CSV (RFC 4180): as many columns as the header, commas and quotes inside are quoted', () => {
  const line = exportLine(momentOf({ ...moment, factors: moment.factors.slice(0, 1) }), 'csv');
  expect(line).toBe(
    '"A,1",hour,2026-03-01T10:00:00.000+08:00,2026-03-01T11:00:05.250+08:00,"{""a21026"":{""Avg"":""12.30"",""Flag"":""N""}}",2\n',
  );
  expect(CSV_HEADER.split(',')).toHaveLength(6);
});
