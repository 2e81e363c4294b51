import { type ActionHandlers, type Caller, DomainError, inScope } from '@greenwatch/kit';
import type { Origin, UploadIntake, Way } from './upload-intake';

/** Uploads in the name of a caller, for the devices in its scope. */
export function originOf(caller: Caller, way: Way): Origin {
  return { way, address: caller.id, allows: (device) => inScope(caller, device) };
}

export function pushActions(
  uploads: UploadIntake,
  congested: () => boolean,
): Pick<ActionHandlers, 'ingestion.upload.push'> {
  return {
    'ingestion.upload.push': async ({ uploads: list }, { caller }) => {
      if (congested()) {
        throw new DomainError('SERVICE_UNAVAILABLE', 'Too much waits to be stored: send the same again later.', 503, {
          retryAfter: 5,
        });
      }
      const outcomes = await uploads.push(list, originOf(caller, 'http'));
      const accepted = outcomes.filter(({ status }) => status === 'accepted').length;
      return {
        accepted,
        refused: outcomes.length - accepted,
        results: outcomes.map((outcome, index) => ({ index, ...outcome })),
      };
    },
  };
}
