import { expect, test } from "vitest";
import { problemOf, problemOfThrown, RequestFailure } from "../src/api/problem";

test("the server's own sentence is told, with the request's id", async () => {
  const body = { error: { message: "The server is overloaded: try again later.", type: "t", param: null, code: "server_is_overloaded" } };
  const response = Response.json(body, { status: 503, headers: { "x-request-id": "r1" } });
  expect(await problemOf(response)).toEqual({ message: body.error.message, code: "server_is_overloaded", requestId: "r1" });
});

test("a missing key is told to a person, not to a program", async () => {
  const body = { error: { message: "send it as 'Authorization: Bearer KEY'", code: "invalid_api_key" } };
  expect((await problemOf(Response.json(body, { status: 401 }))).message).toBe("The server wants a key that it did not get.");
});

test.each([
  [502, /does not answer/],
  [404, /served by Rill/],
  [418, /status 418/],
])("status %i without an error object has a sentence too", async (status, sentence) => {
  expect((await problemOf(new Response("<html>", { status }))).message).toMatch(sentence);
});

test("what was thrown is told by when it happened", () => {
  expect(problemOfThrown(new TypeError("fetch")).message).toMatch(/cannot be reached/);
  expect(problemOfThrown(new TypeError("network"), "r2")).toEqual({ message: expect.stringMatching(/connection was lost/), requestId: "r2" });
  expect(problemOfThrown(new RequestFailure({ message: "said" })).message).toBe("said");
});
