/**
 * Files of protocols as reflection sends them. What protobufjs makes of them has other names for files and the entries
 * of maps, and no imports, and clients in Go refuse it.
 */
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';

/** The names under which protocols import the file of a package, and what that file imports itself. */
const FILES: Readonly<Record<string, { readonly name: string; readonly dependency?: readonly string[] }>> = {
  'grpc.health.v1': { name: 'grpc/health/v1/health.proto' },
  'google.protobuf': { name: 'google/protobuf/empty.proto' },
  jina: { name: 'jina.proto', dependency: ['google/protobuf/empty.proto'] },
};

/** The parts of a descriptor that are changed. */
interface Message {
  readonly name: string;
  readonly field?: readonly Field[];
  readonly nestedType?: readonly Message[];
  readonly options?: { readonly mapEntry?: boolean };
}

interface Field {
  readonly name: string;
  readonly typeName?: string;
}

interface File {
  readonly package: string;
  readonly messageType: readonly Message[];
}

/** @returns Each `FileDescriptorProto`, encoded, in Base64. */
export function describedFiles(root: protobuf.Root): string[] {
  // protobufjs/ext/descriptor adds the method to the class, and no types.
  const described = (root as unknown as { toDescriptor(syntax: string): protobuf.Message }).toDescriptor('proto3');
  const { file } = described.toJSON() as { readonly file: readonly File[] };
  return file.map((one) => {
    const messageType = one.messageType.map((type) => exact(type, root.lookupType(`${one.package}.${type.name}`)));
    const message = descriptor.FileDescriptorProto.fromObject({ ...one, ...FILES[one.package], messageType });
    return Buffer.from(descriptor.FileDescriptorProto.encode(message).finish()).toString('base64');
  });
}

/** The message with full names of types, and the names that the protocol buffer compiler gives to entries of maps. */
function exact(message: Message, type: protobuf.Type): Message {
  const entries = new Map<string, protobuf.Field>();
  const field = message.field?.map((one) => {
    const found = type.fields[one.name]?.resolve();
    if (!(found instanceof protobuf.MapField)) return { ...one, ...fullName(found) };
    entries.set(one.typeName ?? '', found);
    return { ...one, typeName: `${type.fullName}.${one.typeName ?? ''}Entry` };
  });
  const nestedType = message.nestedType?.map((inner) => {
    const map = entries.get(inner.name);
    if (map === undefined) return exact(inner, type.lookupType(inner.name));
    const fields = inner.field?.map((one) => (one.name === 'value' ? { ...one, ...fullName(map) } : one));
    return { ...inner, name: `${inner.name}Entry`, field: fields };
  });
  return { ...message, ...(field && { field }), ...(nestedType && { nestedType: nestedType as Message[] }) };
}

function fullName(field: protobuf.Field | undefined): { readonly typeName?: string } {
  return field?.resolvedType ? { typeName: field.resolvedType.fullName } : {};
}
