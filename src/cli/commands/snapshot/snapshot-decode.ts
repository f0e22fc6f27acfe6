// `lictor snapshot decode`: every record of an archive as a line of JSON.

import { readAny } from '../../../msgpack/any.js';
import { MsgpackReader } from '../../../msgpack/reader.js';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { recordName } from '../../command/record-names.js';
import { namedFile, openFile, readRecords } from '../../command/snapshot-file.js';

export const command: Command = {
  usage: 'snapshot decode [options] FILE',
  about: 'Writes the records of an archive to standard output, one JSON object a line: {"Type": …, "Data": …}.',
  flags: [],
  async run(options: Options): Promise<number> {
    const named = namedFile(options);
    if (!named.ok) return fail(named.error);
    const opened = await openFile(named.file);
    if (!opened.ok) return fail(`Error opening snapshot file: ${opened.error}`);
    const read = await readRecords(opened.content, (type, value) => {
      const reader = new MsgpackReader(value);
      const Data = readAny(reader);
      if (reader.problem !== null) return reader.problem;
      print(JSON.stringify({ Type: recordName(type), Data }, shown));
      return null;
    });
    return read.ok ? 0 : fail(`Error reading snapshot: ${read.error}`);
  },
};

function shown(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
