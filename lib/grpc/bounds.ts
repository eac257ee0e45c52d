/** Bounds on what callers may hold open: calls, streams, and the time until a request is complete. */
import { constants } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import { ServerInterceptingCall, status } from '@grpc/grpc-js';
import type { ServerInterceptingCallInterface, ServerInterceptor } from '@grpc/grpc-js';

/** Calls that are under way, and those that watch. Those beyond are told to come back. */
const MAX_CALLS = 512;
const MAX_WATCHING = 2048;
/** Milliseconds that a caller may take to send its request: all of its requests, where it may send several. */
const REQUEST_WITHIN_MS = 20_000;

const refusal = (code: status, details: string) => ({ code, details, metadata: null });

/**
 * @param begins Told of each call, by the address of the caller and its port. Returns what is called when it has ended.
 */
export function bounds(begins: (peer: string) => () => void): ServerInterceptor {
  const most = { calls: MAX_CALLS, watching: MAX_WATCHING };
  const underWay = { calls: 0, watching: 0 };
  return ({ requestStream, responseStream }, call) => {
    const which = responseStream && !requestStream ? 'watching' : 'calls';
    const isRefused = underWay[which] >= most[which];
    let isComplete = false;
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
            isComplete = true;
            pass();
          },
          // Called at the end of every call, however it ends.
          onCancel() {
            clearTimeout(late);
            underWay[which] -= 1;
            ended();
            if (!isComplete) endStream(call);
          },
        });
      },
    });
  };
}

/**
 * Closes what the library leaves open: a stream whose call was answered before the request was complete. A client could
 * hold thousands of them. `NO_ERROR` means that the answer counts: https://www.rfc-editor.org/rfc/rfc9113#section-8.1
 */
function endStream(call: ServerInterceptingCallInterface): void {
  const { stream } = call as unknown as { readonly stream?: ServerHttp2Stream };
  stream?.close(constants.NGHTTP2_NO_ERROR);
}
