/** What the rows say about the artifact store. */
export abstract class ArtifactReferences {
  /** Addresses of all artifacts that somebody may still read (artifact-references.ts), at one moment. */
  abstract all(): Promise<ReadonlySet<string>>;
}
