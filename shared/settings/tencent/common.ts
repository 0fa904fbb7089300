/** The SDK's client for any service: loaded only for those that are called now and then. */
export { CommonClient } from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/common/common_client.js';
