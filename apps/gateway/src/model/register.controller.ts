import { Body, Controller, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiConsumes, ApiTags } from '@nestjs/swagger';
import { DomainError, invalid, RegisterVersionService, type JsonObject } from '@retrain/core';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { BodyPipe, QueryPipe } from '../http/schema.pipe.js';
import { ModelNames } from './model-names.js';
import { versionView } from './version-view.js';

const facts = {
  trained_until: { type: 'string', format: 'instant', description: 'Every training row happened before' },
  training_rows: { type: 'integer', minimum: 0 },
} as const;

const registerSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['artifact_base64'],
  properties: {
    artifact_base64: { type: 'string', minLength: 1, description: 'The ONNX file' },
    ...facts,
    metadata: { type: 'object', description: 'Anything you want to remember; shown, never trusted' },
  },
} as const;

const registerQuery = { type: 'object', additionalProperties: false, properties: facts } as const;

interface Facts {
  readonly trained_until?: string;
  readonly training_rows?: number;
}

interface RegisterBody extends Facts {
  readonly artifact_base64: string;
  readonly metadata?: JsonObject;
}

const asJson = new BodyPipe<RegisterBody>(registerSchema);

/** Models trained elsewhere. */
@ApiTags('models')
@Controller('models/:model/versions')
export class RegisterController {
  constructor(
    private readonly registering: RegisterVersionService,
    private readonly names: ModelNames,
  ) {}

  @Post()
  @HttpCode(201)
  @ApiConsumes('application/json', 'application/octet-stream')
  @Documented({
    summary: 'Register an ONNX model trained elsewhere; it is checked like our own and answers nobody until promoted',
    description:
      'As JSON with base64 (up to 4 MB), or as application/octet-stream (up to 64 MB) with facts in the query.',
    query: registerQuery,
    body: registerSchema,
    send: { artifact_base64: 'CAgSBnNrbDJvbm54…', training_rows: 3800 },
    answer: { version: 3, artifact: { sha256: '9e10…', bytes: 4096 }, lineage: { recipe: { use: 'external' } } },
    status: 201,
  })
  async register(
    @Param('model') name: string,
    @Headers('content-type') contentType: string | undefined,
    @Query(new QueryPipe<Facts>(registerQuery)) query: Facts,
    @Body() body: unknown,
    @Actor() actor: string,
  ) {
    const model = this.names.resolve(name);
    const { artifact, told, trained_until, training_rows } = read(body, contentType, query);
    const version = await this.registering.execute({
      model,
      artifact,
      told,
      trainedUntil: trained_until === undefined ? undefined : new Date(trained_until),
      trainingRows: training_rows,
      actor,
    });
    return versionView(version);
  }
}

function read(body: unknown, contentType: string | undefined, query: Facts) {
  if (Buffer.isBuffer(body)) {
    if (body.length === 0) throw invalid('invalid_artifact', 'The body is empty; send the bytes of an ONNX file.');
    return { artifact: new Uint8Array(body), told: {} as JsonObject, ...query };
  }
  if (contentType === undefined) {
    throw new DomainError(
      'invalid',
      'invalid_body',
      'Send the ONNX file as application/octet-stream, or as JSON with artifact_base64.',
    );
  }
  const { artifact_base64, metadata, ...given } = asJson.transform(body);
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(artifact_base64)) {
    throw invalid('invalid_body', 'artifact_base64 is not base64.', [
      { path: 'artifact_base64', message: 'is not base64' },
    ]);
  }
  return { artifact: new Uint8Array(Buffer.from(artifact_base64, 'base64')), told: metadata ?? {}, ...query, ...given };
}
