/**
 * The one door to Tencent's SDK. The paths are those of the per-product package
 * tencentcloud-sdk-nodejs-tcss, for which package.json holds an alias of the full SDK.
 */
export { Client as TcssClient } from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/services/tcss/v20201101/tcss_client.js';
export type * as tcss_models from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/services/tcss/v20201101/tcss_models.js';
