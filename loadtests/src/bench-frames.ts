import { buildFrame, formatDataTime } from '@greenwatch/hj212';

/** Gas factors of HJ 212-2017 table B.2: 8 readings a packet, each with its flag. */
export const FACTORS = ['a21026', 'a21002', 'a34013', 'a19001', 'a01011', 'a01012', 'a01013', 'a00000'];
export const PASSWORD = '123456';

/** MN of the n-th device of the bench: 24 characters (HJ 212-2017 table 3). */
export function mnOf(device: number): string {
  return `010000B8E2C4A000${String(device).padStart(8, '0')}`;
}

/** The n-th realtime upload of a device that asks for an answer; every one is of another second, so another moment. */
export function frameOf(device: number, dataTime: number): Buffer {
  const time = formatDataTime(dataTime);
  const wave = (dataTime / 1_000 + device) % 600;
  const values = FACTORS.map((code, i) => `${code}-Rtd=${(10 + i * 7 + wave / 60).toFixed(2)},${code}-Flag=N`).join(
    ';',
  );
  const head = `QN=${time}000;ST=31;CN=2011;PW=${PASSWORD};MN=${mnOf(device)};Flag=5;`;
  return buildFrame(`${head}CP=&&DataTime=${time};${values}&&`);
}
