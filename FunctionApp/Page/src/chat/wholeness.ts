import type { Conversation, Pane } from "./conversation";
import { isObject } from "./json";
import { defaultSettings, type Settings } from "./settings";

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === "string";
const isNumber: Test = (value) => typeof value === "number";
const isOptional = (test: Test): Test => (value) => value === undefined || test(value);
const isListOf = (test: Test): Test => (value) => Array.isArray(value) && value.every(test);
const isMapOf = (test: Test): Test => (value) => isObject(value) && Object.values(value).every(test);
const isOf = (tests: Record<string, Test>): Test => (value) => isObject(value) && Object.entries(tests).every(([name, test]) => test(value[name]));

const isAlternative = isOf({ token: isText, logprob: isNumber });
const isToken = isOf({
  token: isText,
  logprob: isNumber,
  bytes: isOptional((value) => value === null || isListOf(isNumber)(value)),
  top_logprobs: isListOf(isAlternative),
});

/** What is read of a message to show it. */
const isMessage = isOf({
  id: isText,
  role: (value) => value === "user" || value === "assistant" || value === "tool",
  content: isText,
  reasoning: isOptional(isText),
  toolCalls: isOptional(isListOf(isOf({ id: isText, name: isText, arguments: isText }))),
  toolCallId: isOptional(isText),
  tokens: isOptional(isListOf(isToken)),
  finish: isOptional(isText),
  stats: isOptional(isMapOf(isOptional(isNumber))), // the browser keeps members that are undefined, where a file leaves them out
  warning: isOptional(isText),
  problem: isOptional(isOf({ message: isText, code: isOptional(isText), requestId: isOptional(isText) })),
});

/** Settings may lack some, or all: a file of an older version does. */
function isSettings(value: unknown): value is Partial<Settings> | undefined {
  if (value === undefined) return true;
  const { numbers, ...others } = defaultSettings;
  const tests = Object.entries(others).map(([name, setting]): [string, Test] => [name, isOptional((given) => typeof given === typeof setting)]);
  return isOf({ ...Object.fromEntries(tests), numbers: isOptional(isMapOf(isOptional(isText))) })(value);
}

/** True where every message stands under its own name behind one that came before it, so that no path goes in a circle. */
function isTree(tree: unknown): boolean {
  if (!isObject(tree) || !isMapOf(isText)(tree.chosen) || !isObject(tree.messages)) return false;
  const seen = new Set<unknown>([null]);
  return Object.entries(tree.messages).every(
    ([id, message]) => isMessage(message) && isObject(message) && message.id === id && seen.has(message.parent) && seen.add(id),
  );
}

const isPane = isOf({ id: isText, settings: isSettings, tree: isTree });
const isBody = isOf({ id: isText, title: isText, updated: isNumber, panes: isListOf(isPane) });

/** A conversation as it was written; null for what cannot be shown. Settings that its version did not have yet are those of a new one. */
export function readConversation(value: unknown): Conversation | null {
  if (!isConversation(value)) return null;
  const { id, title, created, updated, panes } = value;
  return { id, title, created, updated, panes: panes.map((pane) => ({ ...pane, settings: { ...defaultSettings, ...pane.settings } })) };
}

/** True for a conversation that can be shown: nothing is missing or of another kind than it has to be, but that settings may be absent. */
function isConversation(
  value: unknown,
): value is Omit<Conversation, "panes"> & { panes: (Omit<Pane, "settings"> & { settings?: Partial<Settings> })[] } {
  return isBody(value) && (value as Conversation).panes.length > 0;
}
