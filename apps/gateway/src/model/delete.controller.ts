import { Body, Controller, Delete, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DeleteVersionService } from '@retrain/core';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { BodyPipe } from '../http/schema.pipe.js';
import { reasonSchema, type ReasonBody } from '../retraining/retraining-schemas.js';
import { versionNumber } from './find-version.js';
import { ModelNames } from './model-names.js';
import { versionView } from './version-view.js';

/** The end of a version. */
@ApiTags('models')
@Controller('models/:model')
export class DeleteController {
  constructor(
    private readonly deleting: DeleteVersionService,
    private readonly names: ModelNames,
  ) {}

  @Delete('versions/:version')
  @Documented({
    summary:
      'Delete a version that nothing needs: it never answers again, its row stays. Twice is once; 409 version_in_use says by what',
    body: reasonSchema,
    send: { reason: 'trained on the wrong feed' },
    answer: {
      version: 2,
      deleted_at: '2026-01-01T00:00:00.000Z',
      deleted_by: 'key:ann',
      artifact: { sha256: '9e10…' },
    },
  })
  async delete(
    @Param('model') name: string,
    @Param('version') number: string,
    @Body(new BodyPipe<ReasonBody>(reasonSchema)) { reason }: ReasonBody,
    @Actor() actor: string,
  ) {
    const model = this.names.resolve(name);
    const version = versionNumber(model, number);
    return versionView(await this.deleting.execute({ model, version, actor, reason: reason ?? 'deleted by hand' }));
  }
}
