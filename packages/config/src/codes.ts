/** The codes of all that a dialect may find; docs/errors.md lists them. */

/** The text does not follow the grammar of its format. */
export const SYNTAX = "MILLRACE_CONFIG_SYNTAX";
/** Something stands there twice. */
export const DUPLICATE = "MILLRACE_CONFIG_DUPLICATE";
/** A key, section or setting that nobody knows. */
export const UNKNOWN = "MILLRACE_CONFIG_UNKNOWN";
/** Something that has to be there is not. */
export const MISSING = "MILLRACE_CONFIG_MISSING";
/** A value of another shape than wanted: a list for a text, for instance. */
export const SHAPE = "MILLRACE_CONFIG_SHAPE";
/** A value of the right shape that means nothing. */
export const VALUE = "MILLRACE_CONFIG_VALUE";
/** A name that refers to nothing in the pipeline. */
export const REFERENCE = "MILLRACE_CONFIG_REFERENCE";
/** A channel that is written or used wrongly. */
export const CHANNEL = "MILLRACE_CONFIG_CHANNEL";
/** A file that the configuration names, and that can't be read. */
export const FILE = "MILLRACE_CONFIG_FILE";
/** An environment variable that is used but not set, or that reaches nothing. */
export const ENVIRONMENT = "MILLRACE_CONFIG_ENVIRONMENT";
/** Something that has no effect. */
export const NO_EFFECT = "MILLRACE_CONFIG_NO_EFFECT";
/** There is more than is shown. */
export const MORE = "MILLRACE_CONFIG_MORE";
