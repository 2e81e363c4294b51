// A process that joins a nats-server by both clients of the kit and says so: node speak-tls.js <NATS_URL>
const { connectNats } = require('../dist');
const { createBroker } = require('../dist/broker');

async function main() {
  const [, , url] = process.argv;
  const nats = await connectNats(url, 'speaking');
  await nats.jsm.streams.add({ name: 'SPOKEN', subjects: ['spoken'] });
  const { seq } = await nats.js.publish('spoken', 'x');
  const serving = createBroker(url, 'serving', 'fatal');
  serving.createService({ name: 'echo', actions: { say: ({ params }) => params.word } });
  const calling = createBroker(url, 'calling', 'fatal');
  await Promise.all([serving.start(), calling.start()]);
  await calling.waitForServices('echo', 10_000);
  const word = await calling.call('echo.say', { word: 'heard' });
  process.stdout.write(`${seq} ${word}\n`);
  process.exit(0);
}
main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
