/** The OpenAPI 3.1 document of a route table, and a page of it for people without any script. */
import { z } from 'zod';
import { PROBLEMS } from './problem.js';
import type { Route } from './routes.js';

export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
}

type Json = Record<string, unknown>;

export function openApiDocument(info: OpenApiInfo, routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: problemSchema() },
    },
  };
}

function operation(route: Route): Json {
  const problems = [...(route.problems ?? [])];
  if (route.open !== true)
    problems.push('unauthenticated', 'host-not-allowed', 'origin-not-allowed');
  if (route.params ?? route.query ?? route.body) problems.push('bad-request');
  const byStatus = group(problems);
  return {
    summary: route.summary,
    ...(route.open === true ? {} : { security: [{ token: [] }] }),
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(route.body, 'input')) } }),
    responses: {
      [String(route.status ?? 200)]: {
        description: 'Done',
        content: json(schemaOf(route.answer, 'output')),
      },
      ...Object.fromEntries(
        [...byStatus].map(([status, codes]) => [
          String(status),
          {
            description: codes.map((code) => `\`${code}\``).join(', '),
            content: {
              'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
            },
          },
        ]),
      ),
    },
  };
}

function group(codes: readonly (keyof typeof PROBLEMS)[]): [number, string[]][] {
  const groups = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const { status } = PROBLEMS[code];
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return [...groups].sort(([a], [b]) => a - b);
}

function parameters(where: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: of,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

function problemSchema(): Json {
  return {
    type: 'object',
    description: 'RFC 9457',
    required: ['type', 'title', 'status', 'code'],
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string', enum: Object.keys(PROBLEMS) },
      detail: { type: 'string' },
    },
  };
}

/** A table of the routes in plain HTML. */
export function openApiPage(info: OpenApiInfo, routes: readonly Route[]): string {
  const text = (raw: string) => raw.replace(/[&<>"]/g, (c) => `&#${c.codePointAt(0)};`);
  const rows = routes.map(
    (route) =>
      `<tr><td>${route.method}</td><td><code>${text(route.path)}</code></td><td>${text(route.summary)}</td><td>${route.open === true ? '' : 'token'}</td></tr>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${text(info.title)}</title></head><body><h1>${text(info.title)} ${text(info.version)}</h1>`,
    '<p>The OpenAPI document is this address asked for as <code>application/json</code>.</p>',
    `<table><thead><tr><th>method</th><th>path</th><th>what</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
    '</body></html>\n',
  ].join('\n');
}
