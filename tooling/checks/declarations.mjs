// Declarations of a package as text, found from what it exports.
import ts from "typescript";

/** Reads symbols from the declaration files in one folder. */
export class DeclarationReader {
  #checker;
  #folder;
  #printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

  constructor(checker, folder) {
    this.#checker = checker;
    this.#folder = folder;
  }

  /** The exports of a module: the name, and the symbol that it stands for. */
  exportsOf(file) {
    return this.#checker
      .getExportsOfModule(this.#checker.getSymbolAtLocation(file))
      .map((symbol) => ({ name: symbol.name, symbol: this.#target(symbol) }))
      .sort(byName);
  }

  declarations(exports) {
    return exports.flatMap(({ name, symbol }) => {
      const own = symbol.declarations.filter((node) => this.#isOwn(node));
      if (own.length === 0) return [`export { ${name} } from "${packageOf(symbol.declarations[0].getSourceFile().fileName)}";`];
      return own.map((node) => this.#text(node)).concat(symbol.name === name ? [] : [`export { ${symbol.name} as ${name} };`]);
    });
  }

  /** What the declarations of the exports name in turn, and is not exported itself. */
  reachedBy(exports) {
    const known = new Set(exports.map(({ symbol }) => symbol));
    const found = [];
    const queue = [...known];
    const visit = (node) => {
      if (ts.isIdentifier(node)) {
        const symbol = this.#checker.getSymbolAtLocation(node);
        const target = symbol && this.#target(symbol);
        if (target && !known.has(target) && target.declarations?.some((declaration) => this.#isOwn(declaration) && isTopLevel(declaration))) {
          known.add(target);
          found.push({ name: target.name, symbol: target });
          queue.push(target);
        }
      }
      ts.forEachChild(node, visit);
    };
    while (queue.length > 0) for (const node of queue.pop().declarations ?? []) if (this.#isOwn(node)) visit(node);
    return found.sort(byName);
  }

  #target(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #isOwn(node) {
    return node.getSourceFile().fileName.startsWith(`${this.#folder.split("\\").join("/")}/`);
  }

  #text(node) {
    const whole = ts.isVariableDeclaration(node) ? node.parent.parent : node;
    return this.#printer.printNode(ts.EmitHint.Unspecified, whole, node.getSourceFile()).replaceAll("    ", "  ");
  }
}

function isTopLevel(node) {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return ts.isSourceFile(statement.parent);
}

function byName(a, b) {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** The name of the package that a file belongs to, by its path. */
function packageOf(file) {
  const ours = /\/packages\/([^/]+)\/dist\//.exec(file);
  return ours ? `@millrace/${ours[1]}` : (/.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file);
}
