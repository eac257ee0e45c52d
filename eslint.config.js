import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.cache/', '.serverless/', '*.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An interface of promises is implemented by functions that happen not to wait.
      '@typescript-eslint/require-await': 'off',
      // The servers of the test stack add its entries by module augmentation.
      '@typescript-eslint/no-empty-object-type': ['error', { allowWithName: '^Addresses$' }],
      eqeqeq: 'error',
      // Prettier breaks code, but neither comments nor strings.
      'max-len': ['error', { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true }],
    },
  },
);
