/** Bounds on what callers may hold open: calls, streams, and the time until a request is complete. */
import { ServerInterceptingCall, status } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';

/** Calls with one answer that are under way, and open streams. Those beyond are told to come back. */
const MAX_CALLS = 512;
const MAX_STREAMS = 2048;
/** Milliseconds that a caller may take to send its request: all of its requests, where it may send several. */
const REQUEST_WITHIN_MS = 20_000;

const refusal = (code: status, details: string) => ({ code, details, metadata: null });

/**
 * @param begins Told of each call, by the address of the caller and its port. Returns what is called when it has ended.
 */
export function bounds(begins: (peer: string) => () => void): ServerInterceptor {
  const underWay = { calls: 0, streams: 0 };
  return ({ responseStream }, call) => {
    const which = responseStream ? 'streams' : 'calls';
    const isRefused = underWay[which] >= (responseStream ? MAX_STREAMS : MAX_CALLS);
    underWay[which] += 1;
    const ended = begins(call.getPeer());
    const late = setTimeout(() => {
      call.sendStatus(refusal(status.DEADLINE_EXCEEDED, 'the request did not end in time'));
    }, REQUEST_WITHIN_MS);
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, pass) {
            if (isRefused) call.sendStatus(refusal(status.RESOURCE_EXHAUSTED, 'too many calls; try again later'));
            else pass(metadata);
          },
          onReceiveHalfClose(pass) {
            clearTimeout(late);
            pass();
          },
          // Called at the end of every call, however it ends.
          onCancel() {
            clearTimeout(late);
            underWay[which] -= 1;
            ended();
          },
        });
      },
    });
  };
}
