// What protobuf itself defines and public messages are made of. A Struct is written as the record it is
// (rpc/grpc/protobuf/well-known.ts), and only told of here.

import { FieldType, int32, int64 } from './kinds.js';
import { message, type ProtoFile } from './message.js';

const PACKAGE = 'google.protobuf';
const VALUE = `${PACKAGE}.Value`;
const KIND = { choice: 'kind' } as const;

export const timestamp = message(`${PACKAGE}.Timestamp`, { seconds: [1, int64], nanos: [2, int32] });

export const timestampFile: ProtoFile = {
  path: 'google/protobuf/timestamp.proto',
  package: PACKAGE,
  imports: [],
  messages: [timestamp],
  enums: [],
  methods: [],
};

export const structFile: ProtoFile = {
  path: 'google/protobuf/struct.proto',
  package: PACKAGE,
  imports: [],
  messages: [
    {
      name: `${PACKAGE}.Struct`,
      fields: {
        fields: [
          1,
          {
            about: {
              type: FieldType.message,
              isRepeated: true,
              mapOf: { type: FieldType.message, typeName: VALUE },
            },
          },
        ],
      },
    },
    {
      name: VALUE,
      fields: {
        null_value: [1, { about: { ...KIND, type: FieldType.enum, typeName: `${PACKAGE}.NullValue` } }],
        number_value: [2, { about: { ...KIND, type: FieldType.double } }],
        string_value: [3, { about: { ...KIND, type: FieldType.string } }],
        bool_value: [4, { about: { ...KIND, type: FieldType.bool } }],
        struct_value: [5, { about: { ...KIND, type: FieldType.message, typeName: `${PACKAGE}.Struct` } }],
        list_value: [6, { about: { ...KIND, type: FieldType.message, typeName: `${PACKAGE}.ListValue` } }],
      },
    },
    {
      name: `${PACKAGE}.ListValue`,
      fields: { values: [1, { about: { type: FieldType.message, typeName: VALUE, isRepeated: true } }] },
    },
  ],
  enums: [{ name: `${PACKAGE}.NullValue`, values: ['NULL_VALUE'] }],
  methods: [],
};
