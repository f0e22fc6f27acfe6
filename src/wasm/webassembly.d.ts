// The part of the WebAssembly interface that is used here; neither the language's nor Node 20's type library has it.

declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  interface Global {
    value: number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(
      module: Module,
      imports?: { readonly [module: string]: { readonly [name: string]: (...values: number[]) => number } },
    );
    readonly exports: object;
  }
}
