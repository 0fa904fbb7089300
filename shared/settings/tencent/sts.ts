/** Loaded only when an account's uin is not known from elsewhere. */
export { Client as StsClient } from 'tencentcloud-sdk-nodejs-sts/tencentcloud/services/sts/v20180813/sts_client.js';
