import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, type Pdu, type Session } from 'smpp';
import { type Smsc, startSmsc } from '../src/smsc-server';

let folder: string;
let file: string;
let smsc: Smsc;
const sessions: Session[] = [];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'greenwatch-smsc-'));
  file = path.join(folder, 'sms.jsonl');
  smsc = await startSmsc({ port: 0, user: 'greenwatch', password: 'secret', file, receiptAfterMs: 50 });
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await smsc.close();
  rmSync(folder, { recursive: true, force: true });
});

const messages = () =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; to: string; text: string; at: string });

async function bind(password = 'secret'): Promise<{ session: Session; status: number }> {
  const session = connect({ host: '127.0.0.1', port: smsc.port, tls: false });
  sessions.push(session);
  session.on('error', () => {});
  await new Promise<void>((resolve) => session.on('connect', () => resolve()));
  const answer = await new Promise<Pdu>((resolve) =>
    session.bind_transceiver({ system_id: 'greenwatch', password }, resolve),
  );
  return { session, status: answer.command_status };
}
const submit = (session: Session, options: Record<string, unknown>) =>
  new Promise<Pdu & { message_id: string }>((resolve) =>
    session.submit_sm({ source_addr: '10690000', destination_addr: '13800010000', ...options }, resolve as never),
  );
const receipt = (session: Session, status = 0) =>
  new Promise<{ receipted_message_id: string; short_message: { message: string } }>((resolve) =>
    session.once('deliver_sm', (pdu) => {
      session.send(pdu.response({ command_status: status }));
      resolve(pdu);
    }),
  );

describe('the demo SMSC (SMPP 3.4)', () => {
  it('refuses a wrong password with ESME_RBINDFAIL', async () => {
    expect((await bind('wrong')).status).toBe(0x0d);
  });

  it('refuses a message before the bind, and one to no number', async () => {
    const session = connect({ host: '127.0.0.1', port: smsc.port, tls: false });
    sessions.push(session);
    expect((await submit(session, { short_message: 'x' })).command_status).toBe(0x04);
    const bound = await bind();
    expect((await submit(bound.session, { destination_addr: 'nobody', short_message: 'x' })).command_status).toBe(0x0b);
  });

  it('keeps a Chinese message as text and sends its delivery receipt', async () => {
    const { session } = await bind();
    const got = receipt(session);
    const { message_id: id } = await submit(session, {
      data_coding: 8,
      short_message: '【绿巡】疑似异常，请核实',
      registered_delivery: 1,
    });
    expect(messages()).toEqual([{ id, to: '13800010000', text: '【绿巡】疑似异常，请核实', at: expect.any(String) }]);
    const pdu = await got;
    expect(pdu.receipted_message_id).toBe(id);
    expect(pdu.short_message.message).toMatch(
      new RegExp(`^id:${id} sub:001 dlvrd:001 submit date:\\d{10} .* stat:DELIVRD`),
    );
  });

  it('joins the parts of a long message, each with its id and receipt', async () => {
    const { session } = await bind();
    const part = (number: number, text: string) =>
      submit(session, {
        esm_class: 0x40,
        data_coding: 8,
        registered_delivery: 1,
        short_message: { udh: Buffer.from([5, 0, 3, 77, 2, number]), message: text },
      });
    const receipts: string[] = [];
    session.on('deliver_sm', (pdu) => {
      receipts.push(pdu.receipted_message_id);
      session.send(pdu.response());
    });
    const second = await part(2, '请及时排查恢复。');
    const first = await part(1, '报警从10:00开始，');
    expect(messages().map((message) => message.text)).toEqual(['报警从10:00开始，请及时排查恢复。']);
    while (receipts.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(receipts.sort()).toEqual([first.message_id, second.message_id].sort());
  });

  it('a receipt that was put off, or whose session broke, comes again', async () => {
    const { session } = await bind();
    const putOff = receipt(session, 0x64);
    const { message_id: id } = await submit(session, { short_message: 'x', registered_delivery: 1 });
    expect((await putOff).receipted_message_id).toBe(id);
    session.destroy();
    const next = await bind();
    expect((await receipt(next.session)).receipted_message_id).toBe(id);
  });
});
