import { ListenAddress } from './listen-address.js';

const keys = [{ name: 'ci', sha256: 'a'.repeat(64) }];

describe('the address that the gateway listens on', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('%s is this machine only', (host) => {
    const address = new ListenAddress(host, 8000);
    expect(address.loopback).toBe(true);
    expect(() => address.refusePublicWithoutKeys([])).not.toThrow();
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '127.0.0.1.example.org'])(
    '%s is refused without keys',
    (host) => {
      const address = new ListenAddress(host, 8000);
      expect(address.loopback).toBe(false);
      expect(() => address.refusePublicWithoutKeys([])).toThrow(
        expect.objectContaining({ kind: 'invalid', code: 'public_without_keys' }) as Error,
      );
      expect(() => address.refusePublicWithoutKeys(keys)).not.toThrow();
    },
  );
});
