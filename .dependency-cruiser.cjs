/** The floors of the house; docs/architecture.md says why. */
const heavy = [
  ...['@nestjs', 'typeorm', 'bullmq', 'ioredis', 'pg', 'prom-client', 'pino', 'fastify', '@fastify'],
  ...['arquero', 'onnxruntime-node', 'onnx-buf', 'hyparquet', 'csv-parse', 'yaml', 'rxjs'],
].join('|');
const fakes = '^packages/core/src/testing/';
const specsAndFakes = '\\.spec\\.ts$|/src/testing/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'core-is-pure',
      comment: 'Decisions import no framework, driver or numeric library.',
      severity: 'error',
      from: { path: '^packages/core/src', pathNot: specsAndFakes },
      to: { path: `(^|/)node_modules/(${heavy})(/|$)` },
    },
    {
      name: 'core-depends-on-nobody',
      severity: 'error',
      from: { path: '^packages/core/' },
      to: { path: '^(packages/(?!core/)|apps/|plugins/|examples/)' },
    },
    {
      name: 'infra-and-ml-never-meet',
      severity: 'error',
      from: { path: '^packages/(infra|ml)/' },
      to: { path: '^packages/(infra|ml)/', pathNot: '^packages/$1/' },
    },
    {
      name: 'packages-know-no-app',
      severity: 'error',
      from: { path: '^(packages|plugins|examples)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'packages-know-no-plugin',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(plugins|examples)/' },
    },
    {
      name: 'plugins-use-core-and-ml',
      severity: 'error',
      from: { path: '^(plugins|examples)/' },
      to: { path: '^packages/', pathNot: '^packages/(core|ml)/' },
    },
    {
      name: 'examples-use-core',
      comment: 'They show that the core alone is enough to extend the product.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(packages/(?!core/)|plugins/)' },
    },
    {
      name: 'apps-never-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'fakes-stay-in-specs',
      severity: 'error',
      from: { path: '^(packages|apps|plugins)/[^/]+/src/', pathNot: specsAndFakes },
      to: { path: fakes },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@retrain/source', 'import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
