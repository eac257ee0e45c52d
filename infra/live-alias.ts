/**
 * A plugin of osls: the API calls each function through an alias, which can be pointed back at an earlier version. osls
 * makes an alias only for functions with provisioned concurrency or SnapStart, but uses any that it finds in
 * `targetAlias`.
 */

export const ALIAS = 'live';

/** What the plugin uses of osls. */
interface Osls {
  readonly service: {
    readonly provider: { readonly compiledCloudFormationTemplate: { readonly Resources: Record<string, object> } };
    getAllFunctions(): readonly string[];
    getFunction(name: string): FunctionObject;
  };
  getProvider(name: 'aws'): { readonly naming: { getLambdaLogicalId(functionName: string): string } };
}

interface FunctionObject {
  /** Logical id of the version that this deployment publishes. */
  readonly versionLogicalId?: string;
  targetAlias?: { readonly name: string; readonly logicalId: string };
}

export default class LiveAlias {
  readonly hooks: Readonly<Record<string, () => void>>;

  constructor(osls: Osls) {
    const { service } = osls;
    // After the versions are in the template, and before the events are, which refer to the alias.
    this.hooks = {
      'after:package:compileFunctions': () => {
        const { Resources } = service.provider.compiledCloudFormationTemplate;
        for (const name of service.getAllFunctions()) {
          const functionObject = service.getFunction(name);
          const { versionLogicalId } = functionObject;
          if (versionLogicalId === undefined) throw new Error(`${name} publishes no version`);
          const functionLogicalId = osls.getProvider('aws').naming.getLambdaLogicalId(name);
          const logicalId = `${functionLogicalId}Alias`;
          functionObject.targetAlias = { name: ALIAS, logicalId };
          Resources[logicalId] = {
            Type: 'AWS::Lambda::Alias',
            Properties: {
              Name: ALIAS,
              FunctionName: { Ref: functionLogicalId },
              FunctionVersion: { 'Fn::GetAtt': [versionLogicalId, 'Version'] },
            },
          };
        }
      },
    };
  }
}
