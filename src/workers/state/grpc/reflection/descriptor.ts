// A file of public messages as protobuf describes it (FileDescriptorProto), for who asks by reflection.

import { ProtoWriter } from '../../rpc/grpc/protobuf/writer.js';
import { type About, type Enumeration, FieldType } from '../messages/kinds.js';
import type { DescribedMessage, DescribedMethod, ProtoFile } from '../messages/message.js';

const OPTIONAL = 1;
const REPEATED = 3;

/** The bytes of its descriptor. */
export function describe(file: ProtoFile): Buffer {
  const writer = new ProtoWriter();
  writer.text(1, file.path);
  writer.text(2, file.package);
  for (const { path } of file.imports) writer.text(3, path);
  for (const one of file.messages) part(writer, 4, () => writeMessage(writer, one, file.enums));
  const names = new Set(file.messages.map(({ name }) => name));
  for (const one of file.enums) {
    if (!names.has(parentOf(one.name))) part(writer, 5, () => writeEnum(writer, one));
  }
  for (const service of new Set(file.methods.map((method) => method.service))) {
    const methods = file.methods.filter((method) => method.service === service);
    part(writer, 6, () => writeService(writer, service, methods));
  }
  writer.text(12, 'proto3');
  return writer.copy(0);
}

function part(writer: ProtoWriter, number: number, write: () => void): void {
  const begun = writer.begin(number);
  write();
  writer.end(begun);
}

function bare(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function parentOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}

function writeMessage(writer: ProtoWriter, { name, fields }: DescribedMessage, enums: readonly Enumeration[]): void {
  const all = Object.entries(fields).map(([field, [number, { about }]]) => ({ field, number, about }));
  const choices = [...new Set(all.flatMap(({ about }) => about.choice ?? []))];
  writer.text(1, bare(name));
  for (const { field, number, about } of all) {
    const typeName = about.mapOf === undefined ? about.typeName : `${name}.${entryOf(field)}`;
    part(writer, 2, () => {
      writer.text(1, field);
      writeKind(writer, number, about, typeName);
      if (about.choice !== undefined) writer.choice(9, choices.indexOf(about.choice));
      writer.text(10, camel(field));
    });
  }
  for (const { field, about } of all) {
    const { mapOf } = about;
    if (mapOf !== undefined) part(writer, 3, () => writeEntry(writer, field, mapOf));
  }
  for (const one of enums) if (parentOf(one.name) === name) part(writer, 4, () => writeEnum(writer, one));
  for (const one of choices) part(writer, 8, () => writer.text(1, one));
}

function writeKind(writer: ProtoWriter, number: number, about: About, typeName: string | undefined): void {
  writer.integer(3, number);
  writer.integer(4, about.isRepeated === true ? REPEATED : OPTIONAL);
  writer.integer(5, about.type);
  if (typeName !== undefined) writer.text(6, `.${typeName}`);
}

/** A map is a list of messages of two fields. */
function writeEntry(writer: ProtoWriter, field: string, mapOf: About): void {
  writer.text(1, entryOf(field));
  for (const [at, about] of [{ type: FieldType.string }, mapOf].entries()) {
    part(writer, 2, () => {
      const name = at === 0 ? 'key' : 'value';
      writer.text(1, name);
      writeKind(writer, at + 1, about, about.typeName);
      writer.text(10, name);
    });
  }
  // map_entry
  part(writer, 7, () => writer.bool(7, true));
}

function writeEnum(writer: ProtoWriter, { name, values }: Enumeration): void {
  writer.text(1, bare(name));
  for (const [number, value] of values.entries()) {
    part(writer, 2, () => {
      writer.text(1, value);
      writer.choice(2, number);
    });
  }
}

function writeService(writer: ProtoWriter, service: string, methods: readonly DescribedMethod[]): void {
  writer.text(1, bare(service));
  for (const { name, input, output, asksMany, answersMany } of methods) {
    part(writer, 2, () => {
      writer.text(1, name);
      writer.text(2, `.${input.name}`);
      writer.text(3, `.${output.name}`);
      writer.bool(5, asksMany === true);
      writer.bool(6, answersMany === true);
    });
  }
}

/** `root_cert` is `rootCert`. */
function camel(field: string): string {
  return field.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase());
}

/** Of the map `by_name`: `ByNameEntry`. */
function entryOf(field: string): string {
  const name = camel(field);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Entry`;
}
