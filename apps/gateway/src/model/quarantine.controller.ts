import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Quarantines, ReleaseVersionService } from '@retrain/core';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { BodyPipe } from '../http/schema.pipe.js';
import { reasonSchema, type ReasonBody } from '../retraining/retraining-schemas.js';
import { versionNumber } from './find-version.js';
import { ModelNames } from './model-names.js';
import { quarantineView } from './version-view.js';

const answer = {
  version: 2,
  state: 'released',
  by: 'system',
  reason: 'the challenger is worse',
  at: '2026-01-01T00:00:00.000Z',
  release: { by: 'key:ann', reason: 'the feed was broken', at: '2026-01-02T00:00:00.000Z' },
};

/** Versions that must not answer again, and the way out for them. */
@ApiTags('models')
@Controller('models/:model')
export class QuarantineController {
  constructor(
    private readonly quarantines: Quarantines,
    private readonly releasing: ReleaseVersionService,
    private readonly names: ModelNames,
  ) {}

  @Get('quarantines')
  @Documented({
    summary: 'Versions that were quarantined because they did harm, released ones among them',
    answer: { items: [{ ...answer, state: 'quarantined', release: null }], next_cursor: null },
  })
  async list(@Param('model') name: string) {
    const items = await this.quarantines.list(this.names.resolve(name));
    return { items: items.map(quarantineView), next_cursor: null };
  }

  @Post('versions/:version/release')
  @HttpCode(200)
  @Documented({
    summary: 'Let a version out of quarantine: it may be promoted again, and is not by that',
    body: reasonSchema,
    send: { reason: 'the feed was broken' },
    answer,
  })
  async release(
    @Param('model') name: string,
    @Param('version') number: string,
    @Body(new BodyPipe<ReasonBody>(reasonSchema)) { reason }: ReasonBody,
    @Actor() actor: string,
  ) {
    const model = this.names.resolve(name);
    const version = versionNumber(model, number);
    const given = { model, version, actor, reason: reason ?? 'released by hand' };
    return quarantineView(await this.releasing.execute(given));
  }
}
