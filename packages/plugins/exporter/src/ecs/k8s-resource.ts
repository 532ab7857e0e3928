/** The object that an event of Kubernetes tells of. */
export interface K8sResource {
  readonly namespace: string;
  readonly name: string;
  /** In lower case. */
  readonly kind: string;
}

/** What a message says of the first of its items, empty where it does not say it. */
export function k8sResource(message: string): K8sResource {
  const event = objectOf(parsed(message));
  const item = objectOf(Array.isArray(event.items) ? event.items[0] : undefined);
  return { namespace: textOf(item.namespace), name: textOf(item.name), kind: textOf(event.kind).toLowerCase() };
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    // The message is exported as it is, whatever it is: only the object that it tells of stays empty.
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
