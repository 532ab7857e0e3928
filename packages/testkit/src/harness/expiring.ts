import { MillraceError } from "@millrace/api";

/**
 * A view of an object that can be taken back: whatever is read from it later throws `MILLRACE_TESTKIT_EXPIRED`. `what`
 * names it in the message.
 */
export function expiring<T extends object>(what: string, target: T): [view: T, expire: () => void] {
  let expired = false;
  const view = new Proxy(target, {
    get(object, key) {
      if (expired) throw expiredError(what, key);
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === "function" ? (value.bind(object) as unknown) : value;
    },
  });
  return [
    view,
    () => {
      expired = true;
    },
  ];
}

function expiredError(what: string, key: PropertyKey): MillraceError {
  return new MillraceError("MILLRACE_TESTKIT_EXPIRED", `${String(key)} of a ${what} was used after its time`, {
    hint: "keep what you need as a value of its own, or call retain() on a record, or hold() the batch",
  });
}
