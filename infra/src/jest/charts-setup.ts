import { findHelm } from '../charts/helm';

/** Before the charts' tests: where helm must be built, this takes minutes and is done once, for all workers. */
export default async function chartsSetup(): Promise<void> {
  await findHelm();
}
