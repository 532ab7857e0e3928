import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { lexCondition, type Token } from "./condition-lexer.ts";
import { BINARY_OPERATORS, type BinaryOperator, type Expression, LIST_OPERATORS, type ListOperator, type Operand, type Range } from "./syntax.ts";

/** Operators by name, where a word stands for one. */
const WORD_OPERATORS: readonly string[] = [...BINARY_OPERATORS.filter((operator) => /^[a-z]/.test(operator)), ...LIST_OPERATORS, "exists"];
const KEYWORDS: readonly string[] = ["and", "or", "not", ...WORD_OPERATORS];

/** How deep parentheses and `not` may be nested. */
const DEEPEST = 200;

/**
 * Parses a condition:
 *
 * ```text
 * expression := conjunction ("or" conjunction)*
 * conjunction := term ("and" term)*
 * term := "not" term | "(" expression ")" | "exists" operand | operand "exists" | operand operator operand
 *       | operand ("in" | "pmatch") "(" [operand ("," operand)* [","]] ")" | name
 * ```
 *
 * After a mistake it goes on with the next `and`, `or` or closing parenthesis, so that one pass finds them all. Gives
 * `undefined` where a part of it could not be read. A condition may have several parts: what was appended to it stands elsewhere.
 */
export function parseCondition(parts: readonly Range[], found: DiagnosticBag): Expression | undefined {
  const tokens = parts.map((part) => lexCondition(part, found));
  // Between the parts there is no end: the text of one goes on in the next.
  return new ConditionParser(
    tokens.flatMap((list, index) => (index < tokens.length - 1 ? list.slice(0, -1) : list)),
    found,
  ).whole();
}

class ConditionParser {
  readonly #tokens: readonly Token[];
  readonly #found: DiagnosticBag;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], found: DiagnosticBag) {
    this.#tokens = tokens;
    this.#found = found;
  }

  whole(): Expression | undefined {
    if (this.#is("end")) {
      this.#error("the condition is empty", this.#token.at);
      return undefined;
    }
    const expression = this.#disjunction();
    while (!this.#is("end")) {
      this.#unexpected('"and", "or", or the end of the condition');
      this.#next();
      this.#recover();
      if (this.#isWord("and") || this.#isWord("or")) {
        this.#next();
        this.#disjunction();
      } else if (this.#is(")")) this.#next();
    }
    return expression;
  }

  #disjunction(): Expression | undefined {
    return this.#chain("or", () => this.#chain("and", () => this.#term()));
  }

  #chain(word: "and" | "or", part: () => Expression | undefined): Expression | undefined {
    const first = this.#token.at;
    const terms: Expression[] = [];
    let whole = true;
    for (;;) {
      const term = part();
      if (term === undefined) whole = false;
      else terms.push(term);
      if (!this.#isWord(word)) break;
      this.#next();
    }
    if (!whole) return undefined;
    return terms.length === 1 ? terms[0] : { node: word, terms, at: this.#to(first) };
  }

  #term(): Expression | undefined {
    if (this.#depth >= DEEPEST) {
      this.#error(`a condition may be nested ${DEEPEST} deep at the most`, this.#token.at);
      this.#at = this.#tokens.length - 1;
      return undefined;
    }
    this.#depth += 1;
    const term = this.#termInside();
    this.#depth -= 1;
    return term;
  }

  #termInside(): Expression | undefined {
    const first = this.#token.at;
    if (this.#isWord("not")) {
      this.#next();
      const term = this.#term();
      return term && { node: "not", term, at: this.#to(first) };
    }
    if (this.#is("(")) return this.#parenthesised();
    if (this.#isWord("exists") && this.#startsOperand(this.#peek)) {
      this.#next();
      const operand = this.#operand();
      return operand && { node: "exists", operand, at: this.#to(first) };
    }
    const left = this.#operand();
    return left && this.#afterOperand(left);
  }

  #parenthesised(): Expression | undefined {
    const open = this.#token;
    this.#next();
    const inside = this.#disjunction();
    if (this.#is(")")) this.#next();
    else {
      this.#error("a parenthesis is not closed", open.at, 'add ")"');
      this.#recover();
      if (this.#is(")")) this.#next();
      return undefined;
    }
    return inside;
  }

  /** What follows an operand says what it is the left side of. Nothing: it is the name of a macro. */
  #afterOperand(left: Operand): Expression | undefined {
    const token = this.#token;
    if (token.kind === "operator" || (token.kind === "word" && isBinary(token.text))) {
      this.#next();
      const right = this.#operand(`the right side of "${token.text}"`);
      return right && { node: "compare", operator: token.text as BinaryOperator, left, right, at: this.#to(left.at) };
    }
    if (this.#isWord("exists")) {
      this.#next();
      return { node: "exists", operand: left, at: this.#to(left.at) };
    }
    if (token.kind === "word" && isList(token.text)) {
      this.#next();
      const items = this.#items(token.text);
      return items && { node: "among", operator: token.text, left, items, at: this.#to(left.at) };
    }
    const ends = token.kind === "end" || token.kind === ")" || this.#isWord("and") || this.#isWord("or");
    if (ends && !left.quoted) return { node: "reference", name: left.text, at: left.at };
    if (ends) this.#error("a text alone is no condition", left.at, "compare it with an attribute");
    else {
      this.#error(`expected an operator after "${left.text}", got "${token.text}"`, token.at, didYouMean(token.text, WORD_OPERATORS));
      this.#recover();
    }
    return undefined;
  }

  #items(operator: string): Operand[] | undefined {
    if (!this.#is("(")) {
      this.#unexpected(`"(" after "${operator}"`);
      this.#recover();
      return undefined;
    }
    const open = this.#token;
    this.#next();
    const items: Operand[] = [];
    while (!this.#is(")") && !this.#is("end")) {
      if (this.#is(",") || this.#is("[") || this.#is("]")) {
        this.#next();
        continue;
      }
      const item = this.#operand(`an item of "${operator}"`);
      if (item === undefined) return undefined;
      items.push(item);
      const after: Token = this.#token;
      if (after.kind === "," || after.kind === ")" || after.kind === "]" || after.kind === "end") continue;
      this.#unexpected('"," or ")"');
      this.#recover();
      return undefined;
    }
    if (this.#is("end")) {
      this.#error(`the list of "${operator}" is not closed`, open.at, 'add ")"');
      return undefined;
    }
    this.#next();
    return items;
  }

  #operand(what = "an attribute, a literal or the name of a macro"): Operand | undefined {
    const { kind, text, at } = this.#token;
    if (kind === "string") {
      this.#next();
      return { text, quoted: true, at };
    }
    // The direction of an event is written with the signs themselves: `evt.dir = <`.
    if (kind === "operator" && (text === "<" || text === ">")) {
      this.#next();
      return { text, quoted: true, at };
    }
    if (kind === "word" && !KEYWORDS.includes(text)) {
      this.#next();
      return { text, quoted: false, at };
    }
    this.#unexpected(what, kind === "word" ? "put a literal of that name in quotes" : undefined);
    this.#recover();
    return undefined;
  }

  #startsOperand(token: Token): boolean {
    return token.kind === "string" || (token.kind === "word" && !KEYWORDS.includes(token.text));
  }

  /** Passes over what can't be understood, up to where a new term may begin. */
  #recover(): void {
    let open = 0;
    for (; !this.#is("end"); this.#next()) {
      if (this.#is("(")) open += 1;
      else if (this.#is(")")) {
        if (open === 0) return;
        open -= 1;
      } else if (open === 0 && (this.#isWord("and") || this.#isWord("or"))) return;
    }
  }

  #unexpected(expected: string, hint?: string): void {
    const { kind, text, at } = this.#token;
    this.#error(`expected ${expected}, got ${kind === "end" ? "the end of the condition" : `"${text}"`}`, at, hint);
  }

  #error(message: string, at: Range, hint?: string): void {
    this.#found.error("MILLRACE_POLICY_SYNTAX", message, { place: at.source.at(at), hint });
  }

  get #token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  get #peek(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)] as Token;
  }

  /** From the given range to the last token that was read, as far as both stand in the same text. */
  #to(first: Range): Range {
    const last = (this.#tokens[Math.max(0, this.#at - 1)] as Token).at;
    return last.source === first.source && last.end > first.end ? { ...first, end: last.end } : first;
  }

  #is(kind: Token["kind"]): boolean {
    return this.#token.kind === kind;
  }

  #isWord(word: string): boolean {
    return this.#is("word") && this.#token.text === word;
  }

  #next(): void {
    if (this.#at < this.#tokens.length - 1) this.#at += 1;
  }
}

function isBinary(word: string): word is BinaryOperator {
  return (BINARY_OPERATORS as readonly string[]).includes(word);
}

function isList(word: string): word is ListOperator {
  return (LIST_OPERATORS as readonly string[]).includes(word);
}
