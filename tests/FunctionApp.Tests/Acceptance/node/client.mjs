import OpenAI from "openai";

// Common to the scripts: node SCRIPT BASE_URL REQUEST_JSON [MORE...]
export const [baseURL, requestJson, ...rest] = process.argv.slice(2);
export const request = { model: undefined, ...JSON.parse(requestJson) };
export const client = new OpenAI({ baseURL, apiKey: "unused", maxRetries: 0 });
export const print = (value) => console.log(JSON.stringify(value));
export const describe = (error) => ({
  error: error.constructor.name,
  message: error.message,
  status: error.status,
  code: error.code,
  param: error.param,
});
