import { Variables } from '@retrain/core';

/** The variables of this process. */
export class ProcessVariables extends Variables {
  read(name: string): string | undefined {
    return process.env[name];
  }
}
