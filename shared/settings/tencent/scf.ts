/** Loaded only where functions are invoked, deployed or looked at. */
export { Client as ScfClient } from 'tencentcloud-sdk-nodejs-scf/tencentcloud/services/scf/v20180416/scf_client.js';
