// A service on the servers that its environment names, which says what it wrote to MongoDB and Valkey and read there.
const { Type } = require('@sinclair/typebox');
const { defineService, runService } = require('../dist');

async function main() {
  let kit;
  const service = defineService({
    name: 'readings',
    config: Type.Object({}),
    create(given) {
      kit = given;
      return {};
    },
  });
  const running = await runService(service, process.env);
  const said = kit.db.collection('said');
  await said.insertOne({ word: 'kept' });
  const { word } = await said.findOne();
  const cached = await kit.valkey.set('word', 'cached').then(
    () => kit.valkey.get('word'),
    () => 'Valkey is away',
  );
  await running.stop();
  process.stdout.write(`${word}, ${cached}\n`);
  process.exit(0);
}
main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
