import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { EventLog, invalid } from '@retrain/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Documented } from '../http/documented.js';
import { QueryPipe } from '../http/schema.pipe.js';
import { eventsQuery, filterOf, streamQuery, type EventsQuery } from './event-query.js';
import { EventStream } from './event-stream.js';
import { eventView } from './event-view.js';

const event = { seq: 17, type: 'deployment.promoted', model: 'premier-league', actor: 'api', payload: { version: 2 } };

/** The log of everything that happened. */
@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(
    private readonly log: EventLog,
    private readonly streams: EventStream,
  ) {}

  @Get()
  @Documented({
    summary: 'Events, newest first; or, with after, the ones since then, oldest first',
    query: eventsQuery,
    answer: { items: [event], next_cursor: '17' },
  })
  async list(@Query(new QueryPipe<EventsQuery>(eventsQuery)) query: EventsQuery) {
    const { limit = 50, cursor, after } = query;
    if (cursor !== undefined && after !== undefined) {
      throw invalid('invalid_query', 'Page back by cursor or forward by after, not both.');
    }
    const filter = filterOf(query);
    const events =
      after === undefined ? await this.log.before(cursor, limit, filter) : await this.log.after(after, limit, filter);
    const last = events.at(-1);
    return { items: events.map(eventView), next_cursor: last && events.length === limit ? String(last.seq) : null };
  }

  @Get('stream')
  @Documented({
    summary: 'Events as they happen (server-sent events); continues behind Last-Event-ID',
    query: streamQuery,
    answer: event,
  })
  async stream(
    @Query(new QueryPipe<EventsQuery>(streamQuery)) query: EventsQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const filter = filterOf(query);
    const last = lastEventId === undefined || lastEventId === '' ? query.after : Number(lastEventId);
    if (last !== undefined && !(Number.isSafeInteger(last) && last >= 0)) {
      throw invalid('invalid_last_event_id', `Last-Event-ID must be the number of an event, got "${lastEventId}".`);
    }
    reply.hijack();
    if (request.method === 'HEAD') return void reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).end();
    await this.streams.stream(reply.raw, last, filter, query.progress);
  }
}
