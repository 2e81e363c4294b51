import { FACTS, type Nats } from '@greenwatch/kit';

/** Facts leave an outbox within half a second; a stream that did not grow for longer holds them all. */
const STILL_FOR = 1_500;

/**
 * Waits until the services have taken in every fact told so far: devices that spoke before ingestion and rules know them and
 * their limits would be refused, or judged without a limit.
 * @param patience ms after which it goes on without: the devices send again what was refused
 * @returns whether they had taken in everything
 */
export async function factsAreTaken(jsm: Nats['jsm'], patience: number): Promise<boolean> {
  const end = Date.now() + patience;
  let last = -1;
  let since = Date.now();
  while (Date.now() < end) {
    const { state } = await jsm.streams.info(FACTS);
    if (state.last_seq !== last) {
      last = state.last_seq;
      since = Date.now();
    }
    let open = 0;
    for await (const consumer of jsm.consumers.list(FACTS)) open += consumer.num_pending + consumer.num_ack_pending;
    if (open === 0 && Date.now() - since >= STILL_FOR) return true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return false;
}
