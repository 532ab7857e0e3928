/** Log lines of sfprocessor and flowd without the time. */
export function withoutTime(text: string): string {
  return text
    .replaceAll(/^(\[\w+\]) \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /gm, "$1 ")
    .replaceAll(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)\t/gm, "")
    .replaceAll(/^time="[^"]*" /gm, "");
}

/** The texts of those lines of sfprocessor that an event wrote: without level, time and name, and without the lines of the run itself. */
export function withoutPrefix(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\[\w+\] \S+ \S+ (pipeline|sfprocessor): /.test(line) && !line.startsWith("Initializing "))
    .map((line) => line.replace(/^\[\w+\] \S+ \S+ \S+: /, ""))
    .join("\n");
}
