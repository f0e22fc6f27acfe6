// Messages of reflection: what is asked, and what is answered. Both versions of the service have the same ones, each in a package
// of its own.

import { choice, int32, type Kind, manyBytes, text } from '../messages/kinds.js';
import { inner, inners, type Method, message, type ProtoFile, type RowIn } from '../messages/message.js';

type Version = 'v1' | 'v1alpha';

function once<Value>(kind: Kind<Value>): Kind<Value> {
  return choice('message_response', kind);
}

function messagesOf(version: Version) {
  const pack = `grpc.reflection.${version}`;
  const extensionRequest = message(`${pack}.ExtensionRequest`, {
    containing_type: [1, text],
    extension_number: [2, int32],
  });
  const asked = <Value>(kind: Kind<Value>): Kind<Value> => choice('message_request', kind);
  const request = message(`${pack}.ServerReflectionRequest`, {
    host: [1, text],
    file_by_filename: [3, asked(text)],
    file_containing_symbol: [4, asked(text)],
    file_containing_extension: [5, asked(inner(extensionRequest))],
    all_extension_numbers_of_type: [6, asked(text)],
    list_services: [7, asked(text)],
  });
  const files = message(`${pack}.FileDescriptorResponse`, { file_descriptor_proto: [1, manyBytes] });
  const extensions = message(`${pack}.ExtensionNumberResponse`, { base_type_name: [1, text] });
  const service = message(`${pack}.ServiceResponse`, { name: [1, text] });
  const services = message(`${pack}.ListServiceResponse`, { service: [1, inners(service)] });
  const error = message(`${pack}.ErrorResponse`, { error_code: [1, int32], error_message: [2, text] });
  const response = message(`${pack}.ServerReflectionResponse`, {
    valid_host: [1, text],
    original_request: [2, inner(request)],
    file_descriptor_response: [4, once(inner(files))],
    all_extension_numbers_response: [5, once(inner(extensions))],
    list_services_response: [6, once(inner(services))],
    error_response: [7, once(inner(error))],
  });
  return { pack, request, response, others: [extensionRequest, files, extensions, service, services, error] };
}

type Messages = ReturnType<typeof messagesOf>;
export type ReflectionRequest = RowIn<Messages['request']>;
export type ReflectionResponse = RowIn<Messages['response']>;

export interface Reflection {
  readonly method: Method<ReflectionRequest, ReflectionResponse>;
  readonly file: ProtoFile;
}

export function reflectionOf(version: Version): Reflection {
  const { pack, request, response, others } = messagesOf(version);
  const method: Method<ReflectionRequest, ReflectionResponse> = {
    service: `${pack}.ServerReflection`,
    name: 'ServerReflectionInfo',
    input: request,
    output: response,
    asksMany: true,
    answersMany: true,
  };
  const path = `grpc/reflection/${version}/reflection.proto`;
  const file = {
    path,
    package: pack,
    imports: [],
    messages: [request, response, ...others],
    enums: [],
    methods: [method],
  };
  return { method, file };
}
