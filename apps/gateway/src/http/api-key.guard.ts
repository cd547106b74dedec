import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ConfigStore, DomainError, type ApiKeyEntry } from '@retrain/core';
import type { FastifyRequest } from 'fastify';
import { ListenAddress } from './listen-address.js';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A request with who it comes from: `key:<name>` or `api`. */
export type ActingRequest = FastifyRequest & { actor?: string };

/**
 * Guards all that acts: once any API key is configured, every request but reading needs one; reading stays open.
 *
 * The key comes as `X-API-Key` or `Authorization: Bearer`. A key that is given must be right, also for reading. Pages
 * of other origins cannot act through a visitor's browser.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly config: ConfigStore,
    private readonly address: ListenAddress,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<ActingRequest>();
    const acts = !reading.has(request.method);
    if (acts) this.refuseForeignOrigin(request);
    const given = keyIn(request);
    if (given === undefined && !acts) return true;
    const keys = this.config.current().config.api_keys;
    if (keys.length === 0) {
      if (acts && !this.address.loopback)
        throw forbidden(
          'no_api_keys',
          'This gateway listens on a public address and no API key is configured: nothing may act. Configure api_keys.',
        );
      request.actor = 'api';
      return true;
    }
    if (given === undefined) throw unauthenticated('Send an API key as X-API-Key or as Authorization: Bearer.');
    const entry = matching(keys, given);
    if (!entry) throw unauthenticated('This API key is not known.');
    request.actor = `key:${entry.name}`;
    return true;
  }

  /**
   * Only a page that this gateway served may act. On loopback without keys it must also be called by a loopback name:
   * a foreign page whose own name was made to point to this machine calls itself the gateway's.
   */
  private refuseForeignOrigin({ headers }: FastifyRequest): void {
    const { origin, host } = headers;
    if (origin === undefined) return;
    const own = origin.replace(/^https?:\/\//, '') === host;
    const open = this.address.loopback && this.config.current().config.api_keys.length === 0;
    if (own && (!open || isLoopbackName(host))) return;
    throw forbidden('foreign_origin', `A page of ${origin} may not act here; only pages that this gateway serves may.`);
  }
}

/** @param host name or address, with or without a port. */
function isLoopbackName(host = ''): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return name.endsWith('.localhost') || new ListenAddress(name, 0).loopback;
}

function keyIn({ headers }: FastifyRequest): string | undefined {
  const own = headers['x-api-key'];
  if (typeof own === 'string') return own;
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/** Compares with every key, in a time that does not depend on which one matches or how much of it. */
function matching(keys: readonly ApiKeyEntry[], given: string): ApiKeyEntry | undefined {
  const digest = createHash('sha256').update(given).digest();
  let found: ApiKeyEntry | undefined;
  for (const key of keys) {
    const stored = Buffer.from(key.sha256, 'hex');
    if (stored.length === digest.length && timingSafeEqual(stored, digest)) found = key;
  }
  return found;
}

const forbidden = (code: string, message: string) => new DomainError('forbidden', code, message);

const unauthenticated = (message: string) => new DomainError('unauthenticated', 'api_key_needed', message);
