import { invalid, type ApiKeyEntry } from '@retrain/core';

/** Where the gateway listens. */
export class ListenAddress {
  constructor(
    readonly host: string,
    readonly port: number,
  ) {}

  /** Whether only this machine can reach it. */
  get loopback(): boolean {
    return this.host === 'localhost' || this.host === '::1' || /^127(\.\d{1,3}){3}$/.test(this.host);
  }

  /** Throws `public_without_keys` when others could reach the gateway and nobody would have to show a key. */
  refusePublicWithoutKeys(keys: readonly ApiKeyEntry[]): void {
    if (this.loopback || keys.length > 0) return;
    throw invalid(
      'public_without_keys',
      `HOST=${this.host} can be reached by others, but no API key is configured: anybody could retrain and deploy. ` +
        'Add one under api_keys (name and sha256), or listen on 127.0.0.1.',
    );
  }
}
