// The functions of address templates: sources of interface addresses, filters, orders, and what prints them.

import {
  addressBytes,
  addressNumber,
  addressText,
  blockContains,
  blockSize,
  blockText,
  mask,
  parseBlock,
} from './block.js';
import type { InterfaceAddress } from './interfaces.js';
import { isForwardable, isPrivate } from './interfaces.js';
import { defaultInterfaces } from './routes.js';
import { TemplateError } from './template-error.js';

export type PipeValue = string | readonly InterfaceAddress[];
type List = readonly InterfaceAddress[];

/** One step: `input` is null for the first. */
export function runCall(name: string, args: readonly string[], input: PipeValue | null, all: List): PipeValue {
  const source = SOURCES[name];
  if (source !== undefined) return source(all, args[0] ?? '');
  const step = STEPS[name];
  if (step === undefined) throw new TemplateError(`function ${JSON.stringify(name)} not defined`);
  if (input === null || typeof input === 'string') throw new TemplateError(`${name} needs a list of addresses`);
  return step(input, args);
}

const privateOnes = (all: List): List =>
  defaultsOf(all).filter(({ address, family }) => family === 4 && isPrivate(address));
const publicOnes = (all: List): List =>
  defaultsOf(all).filter(({ address, family }) => family === 4 && isForwardable(address) && !isPrivate(address));

function defaultsOf(all: List): List {
  const names = defaultInterfaces();
  return all.filter(({ name }) => names.has(name));
}

function texts(list: List): string {
  return list.map(({ address }) => address).join(' ');
}

function named(all: List, name: string): List {
  return all.filter((one) => one.name === name);
}

const SOURCES: { readonly [name: string]: ((all: List, argument: string) => PipeValue) | undefined } = {
  GetAllInterfaces: (all) => all,
  GetDefaultInterfaces: (all) => defaultsOf(all),
  GetPrivateInterfaces: (all) => privateOnes(all),
  GetPublicInterfaces: (all) => publicOnes(all),
  GetPrivateIP: (all) => privateOnes(all)[0]?.address ?? '',
  GetPrivateIPs: (all) => texts(privateOnes(all)),
  GetPublicIP: (all) => publicOnes(all)[0]?.address ?? '',
  GetPublicIPs: (all) => texts(publicOnes(all)),
  GetInterfaceIP: (all, name) =>
    (named(all, name).find(({ family }) => family === 4) ?? named(all, name)[0])?.address ?? '',
  GetInterfaceIPs: (all, name) => texts(named(all, name)),
};

const STEPS: { readonly [name: string]: ((list: List, args: readonly string[]) => PipeValue) | undefined } = {
  include: (list, [selector = '', value = '']) => list.filter(matcher(selector, value)),
  exclude: (list, [selector = '', value = '']) => {
    const matches = matcher(selector, value);
    return list.filter((one) => !matches(one));
  },
  sort: (list, [keys = '']) => sorted(list, keys),
  unique: (list, [selector = '']) =>
    [...new Map([...list].reverse().map((one) => [attribute(one, selector), one])).values()].reverse(),
  limit: (list, [count = '']) => list.slice(0, whole(count)),
  offset: (list, [count = '']) => list.slice(whole(count)),
  join: (list, [selector = '', separator = ' ']) => list.map((one) => attribute(one, selector)).join(separator),
  attr: (list, [selector = '']) => (list[0] === undefined ? '' : attribute(list[0], selector)),
  math: (list, [operation = '', value = '']) => list.map((one) => calculate(one, operation.toLowerCase(), value)),
};

function whole(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new TemplateError(`${JSON.stringify(text)} is not a number`);
  return Number(text);
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new TemplateError(`bad regular expression ${JSON.stringify(text)}`);
  }
}

function matcher(selector: string, value: string): (one: InterfaceAddress) => boolean {
  const wanted = value.toLowerCase();
  switch (selector.toLowerCase()) {
    case 'name': {
      const name = pattern(value);
      return (one) => name.test(one.name);
    }
    case 'address': {
      const address = pattern(value);
      return (one) => address.test(one.address);
    }
    case 'network': {
      const blocks = value.split('|').map((text) => parseBlock(text.trim()));
      if (blocks.includes(null)) throw new TemplateError(`bad network ${JSON.stringify(value)}`);
      return (one) => blocks.some((block) => block !== null && blockContains(block, one.address));
    }
    case 'type':
      if (!['ip', 'ipv4', 'ipv6', 'unix'].includes(wanted))
        throw new TemplateError(`bad type ${JSON.stringify(value)}`);
      return (one) => wanted === 'ip' || wanted === `ipv${one.family}`;
    case 'flags': {
      const flags = wanted.split('|').map((flag) => flag.trim());
      return (one) => flags.every((flag) => one.flags.includes(flag));
    }
    case 'rfc':
      if (wanted !== '1918' && wanted !== '6890') throw new TemplateError(`unsupported RFC ${value}`);
      return (one) =>
        wanted === '1918' ? isPrivate(one.address) : isPrivate(one.address) || !isForwardable(one.address);
    case 'port':
      return () => wanted === '0';
    case 'size':
      return (one) => String(blockSize(one.family, one.prefix)) === wanted || `/${one.prefix}` === wanted;
    default:
      throw new TemplateError(`unsupported filter ${JSON.stringify(selector)}`);
  }
}

const ORDERS: { readonly [key: string]: (a: InterfaceAddress, b: InterfaceAddress) => number } = {
  address: (a, b) =>
    a.family - b.family ||
    Number(sign((addressNumber(a.address)?.value ?? 0n) - (addressNumber(b.address)?.value ?? 0n))),
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  port: () => 0,
  private: (a, b) => Number(isPrivate(b.address)) - Number(isPrivate(a.address)),
  size: (a, b) => Number(sign(blockSize(a.family, a.prefix) - blockSize(b.family, b.prefix))),
  type: (a, b) => a.family - b.family,
  default: (a, b) => Number(defaultInterfaces().has(b.name)) - Number(defaultInterfaces().has(a.name)),
};

function sign(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

function sorted(list: List, keys: string): List {
  const orders = keys.split(',').map((key) => {
    const plain = key.trim().replace(/^[+-]/, '').toLowerCase();
    const order = ORDERS[plain];
    if (order === undefined) throw new TemplateError(`unsupported sort key ${JSON.stringify(key)}`);
    return key.trim().startsWith('-') ? (a: InterfaceAddress, b: InterfaceAddress) => order(b, a) : order;
  });
  return [...list].sort((a, b) => {
    for (const order of orders) {
      const result = order(a, b);
      if (result !== 0) return result;
    }
    return 0;
  });
}

function attribute(one: InterfaceAddress, selector: string): string {
  const { family, prefix } = one;
  const number = addressNumber(one.address)?.value ?? 0n;
  const base = number & mask(family, prefix);
  const size = blockSize(family, prefix);
  switch (selector.toLowerCase()) {
    case 'name':
      return one.name;
    case 'flags':
      return one.flags.join('|');
    case 'type':
      return `IPv${family}`;
    case 'address':
    case 'host':
      return one.address;
    case 'string':
      return `${one.address}/${prefix}`;
    case 'port':
      return '0';
    case 'network':
      return blockText({ family, base, prefix });
    case 'mask_bits':
      return String(prefix);
    case 'netmask':
      return addressText(family, mask(family, prefix));
    case 'first_usable':
      return addressText(family, size > 2n ? base + 1n : base);
    case 'last_usable':
      return addressText(family, size > 2n ? base + size - 2n : base + size - 1n);
    case 'broadcast':
      return addressText(family, base + size - 1n);
    case 'size':
      return String(size);
    case 'octets':
      return addressBytes(family, number).join(' ');
    case 'hex':
      return Buffer.from(addressBytes(family, number)).toString('hex');
    case 'binary':
      return number.toString(2).padStart(family === 4 ? 32 : 128, '0');
    default:
      throw new TemplateError(`unsupported attribute ${JSON.stringify(selector)}`);
  }
}

/** `address` and `network` move by an offset (from the end of the network if negative), `mask` sets another prefix. */
function calculate(one: InterfaceAddress, operation: string, value: string): InterfaceAddress {
  const amount = BigInt(whole(value.replace(/^\+/, '')));
  const number = addressNumber(one.address)?.value ?? 0n;
  const base = number & mask(one.family, one.prefix);
  switch (operation) {
    case 'address':
      return { ...one, address: addressText(one.family, number + amount) };
    case 'network':
      return {
        ...one,
        address: addressText(
          one.family,
          amount < 0n ? base + blockSize(one.family, one.prefix) + amount : base + amount,
        ),
      };
    case 'mask': {
      const prefix = Number(amount);
      if (prefix < 0 || prefix > (one.family === 4 ? 32 : 128)) throw new TemplateError(`bad mask ${value}`);
      return { ...one, prefix, address: addressText(one.family, number & mask(one.family, prefix)) };
    }
    default:
      throw new TemplateError(`unsupported math ${JSON.stringify(operation)}`);
  }
}
