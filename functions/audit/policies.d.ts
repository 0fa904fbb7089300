/** Made by build.ts: the policies of `policies/`, compiled to functions. */
declare module 'virtual:policies' {
  export const policies: readonly import('../../shared/policy/compiled.ts').CompiledPolicy[];
  export const waivers: readonly import('../../shared/model.ts').Waiver[];
}
