import tseslint from "typescript-eslint";

/** Biome sees to layout and simple lint. Here are the rules that need types: a forgotten promise is the bug of pipelines. */
export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "**/.millrace/**", "**/fixtures/**", "**/*.mjs", "**/vitest.config.ts", "tooling/**", "**/*.test-d.ts"] },
  {
    files: ["**/*.ts"],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@typescript-eslint": tseslint.plugin },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { arguments: false, attributes: false, properties: false, returns: false } }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
);
