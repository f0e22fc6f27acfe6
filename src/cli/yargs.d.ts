// The part of yargs that is used here; the package brings no types of its own.
declare module 'yargs' {
  export interface Parsed {
    readonly [name: string]: unknown;
  }
  export interface Option {
    readonly type: 'string' | 'boolean' | 'array';
    readonly describe?: string;
  }
  export interface Yargs {
    scriptName(name: string): Yargs;
    help(enable: boolean): Yargs;
    version(enable: boolean): Yargs;
    exitProcess(enable: boolean): Yargs;
    showHelpOnFail(enable: boolean): Yargs;
    parserConfiguration(settings: { readonly [name: string]: boolean }): Yargs;
    option(name: string, option: Option): Yargs;
    command(
      command: string,
      describe: string,
      builder: (yargs: Yargs) => Yargs,
      handler: (parsed: Parsed) => void | Promise<void>,
    ): Yargs;
    parseAsync(): Promise<Parsed>;
  }
  export default function yargs(argv: readonly string[]): Yargs;
}
