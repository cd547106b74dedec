import { RouteTable } from './route-table.js';

describe('the table of routes', () => {
  const routes = new RouteTable();
  routes.add(['GET', 'HEAD'], '/models/:model/versions/:version');
  routes.add('POST', '/models/:model/versions');
  routes.add('GET', '/docs/*');

  it('knows the methods of a path', () => {
    expect(routes.methodsOf('/models/premier-league/versions/3')).toEqual(['GET', 'HEAD']);
    expect(routes.methodsOf('/models/premier-league/versions/')).toEqual(['POST']);
  });

  it('knows nothing of other paths', () => {
    expect(routes.methodsOf('/models')).toEqual([]);
    expect(routes.methodsOf('/models/a/versions/1/more')).toEqual([]);
    expect(routes.methodsOf('/docs/x')).toEqual([]);
  });
});
