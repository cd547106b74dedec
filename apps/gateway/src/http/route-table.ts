/** The routes that the server knows: tells a wrong method from a wrong path. */
export class RouteTable {
  private readonly routes: { readonly pattern: RegExp; readonly method: string }[] = [];

  /** @param url a path whose parameters are written `:name`; paths with a wildcard match everything and are left out. */
  add(method: string | readonly string[], url: string): void {
    if (url.includes('*')) return;
    const source = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+');
    for (const one of [method].flat()) this.routes.push({ method: one, pattern: new RegExp(`^${source}/?$`) });
  }

  /** Methods that the path is served under, in alphabetical order. */
  methodsOf(path: string): readonly string[] {
    return [...new Set(this.routes.filter((route) => route.pattern.test(path)).map((route) => route.method))].sort();
  }
}
