import { TestEnvironment } from 'jest-environment-node';

const binaryTypes = [
  ArrayBuffer,
  SharedArrayBuffer,
  DataView,
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[BigInt64Array, BigUint64Array, Float32Array, Float64Array],
];

/** Jest's Node environment, with the host's binary types: native add-ons (onnxruntime) refuse a sandbox's own. */
export default class HostArraysEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const type of binaryTypes) this.global[type.name] = type;
  }
}
