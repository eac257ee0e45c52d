/** Describes the services to clients such as grpcurl, so that they need no .proto files. It tells nothing else. */
import type { handleBidiStreamingCall } from '@grpc/grpc-js';
// Its facade reads .proto files beside itself, and a bundle has none.
import { ReflectionV1Implementation } from '@grpc/reflection/build/src/implementations/reflection-v1.js';
import { files } from './definitions.ts';

type Reflection = ReflectionV1Implementation['handleServerReflectionRequest'];

/** It reads nothing else of a definition. */
type Described = ConstructorParameters<typeof ReflectionV1Implementation>[0][string];

const reflection = new ReflectionV1Implementation({ services: { fileDescriptorProtos: [...files] } as Described });

const ServerReflectionInfo: handleBidiStreamingCall<Parameters<Reflection>[0], ReturnType<Reflection>> = (call) => {
  call.on('data', (request: Parameters<Reflection>[0]) => {
    // Whoever does not read the answers gets no further ones.
    if (!call.write(reflection.handleServerReflectionRequest(request))) call.pause();
  });
  call.on('drain', () => {
    call.resume();
  });
  call.on('end', () => {
    call.end();
  });
  call.on('error', () => undefined);
};

export const reflectionHandlers = { ServerReflectionInfo };
