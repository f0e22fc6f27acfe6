// grpc.reflection.v1 and v1alpha: what is served here, for tools that ask for it (grpcurl, Postman). Descriptors are made when they
// are asked for first.

import type { Converse } from '../../rpc/grpc/grpc-call.js';
import { Status } from '../../rpc/grpc/status.js';
import { framed, type ProtoFile } from '../messages/message.js';
import { describe } from './descriptor.js';
import { type Reflection, type ReflectionRequest, type ReflectionResponse, reflectionOf } from './messages.js';

/** What is served, described by its files. */
export class Described {
  readonly #files = new Map<string, ProtoFile>();
  readonly #bySymbol = new Map<string, ProtoFile>();
  readonly #descriptors = new Map<ProtoFile, Buffer>();
  readonly services: readonly string[];

  constructor(files: readonly ProtoFile[]) {
    this.services = [...new Set(files.flatMap(({ methods }) => methods.map(({ service }) => service)))].sort();
    for (const file of files) this.#add(file);
  }

  file(path: string): readonly Buffer[] | null {
    return this.#described(this.#files.get(path));
  }

  fileWith(symbol: string): readonly Buffer[] | null {
    return this.#described(this.#bySymbol.get(symbol));
  }

  #add(file: ProtoFile): void {
    if (this.#files.has(file.path)) return;
    this.#files.set(file.path, file);
    for (const { name } of [...file.messages, ...file.enums]) this.#bySymbol.set(name, file);
    for (const { service, name } of file.methods) {
      this.#bySymbol.set(service, file).set(`${service}.${name}`, file);
    }
    for (const one of file.imports) this.#add(one);
  }

  /** With those that it imports: who asks for one needs them, too. */
  #described(file: ProtoFile | undefined): readonly Buffer[] | null {
    if (file === undefined) return null;
    return [file, ...file.imports].map((one) => {
      const descriptor = this.#descriptors.get(one) ?? describe(one);
      this.#descriptors.set(one, descriptor);
      return descriptor;
    });
  }
}

const versions = [reflectionOf('v1'), reflectionOf('v1alpha')];
export const reflectionFiles: readonly ProtoFile[] = versions.map(({ file }) => file);

/** Both versions, by method. */
export function reflect(described: Described): readonly (readonly [Reflection['method'], Converse])[] {
  return versions.map(({ method }) => [method, conversation(method, described)]);
}

function conversation({ input, output }: Reflection['method'], described: Described): Converse {
  return {
    answer(call, bytes) {
      const request = input.read(bytes);
      if (request === null) call.end(Status.internal, 'the request is no message of protobuf');
      else call.send(framed(output, answer(described, request)));
    },
  };
}

const NOTHING = {
  file_descriptor_response: null,
  all_extension_numbers_response: null,
  list_services_response: null,
  error_response: null,
};

function answer(described: Described, request: ReflectionRequest): ReflectionResponse {
  const { host, file_by_filename, file_containing_symbol, file_containing_extension, all_extension_numbers_of_type } =
    request;
  const head = { ...NOTHING, valid_host: host, original_request: request };
  const error = (code: number, text: string): ReflectionResponse => ({
    ...head,
    error_response: { error_code: code, error_message: text },
  });
  const files = (found: readonly Buffer[] | null, asked: string): ReflectionResponse =>
    found === null
      ? error(Status.notFound, `not found: ${asked}`)
      : { ...head, file_descriptor_response: { file_descriptor_proto: found } };
  if (file_by_filename !== '') return files(described.file(file_by_filename), file_by_filename);
  if (file_containing_symbol !== '') return files(described.fileWith(file_containing_symbol), file_containing_symbol);
  if (file_containing_extension !== null) return error(Status.notFound, 'there are no extensions');
  if (all_extension_numbers_of_type !== '') {
    return described.fileWith(all_extension_numbers_of_type) === null
      ? error(Status.notFound, `not found: ${all_extension_numbers_of_type}`)
      : { ...head, all_extension_numbers_response: { base_type_name: all_extension_numbers_of_type } };
  }
  return { ...head, list_services_response: { service: described.services.map((name) => ({ name })) } };
}
