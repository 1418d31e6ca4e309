import type { Conversation, Pane } from "../chat/conversation";
import { defaultSettings, efforts, numberFields, type Settings } from "../chat/settings";
import { settingProblem } from "../state/actions";
import { updatePane } from "../state/conversations";
import { settingsPane } from "../state/view";
import { NumberField, SelectField, SwitchField, TextField } from "./fields";
import { paneNames } from "./PaneView";

const schemaExample = `{
  "type": "object",
  "properties": { "name": { "type": "string" } },
  "required": ["name"]
}`;

const toolsExample = `[{
  "name": "get_weather",
  "description": "The weather of a city",
  "parameters": {
    "type": "object",
    "properties": { "city": { "type": "string" } }
  }
}]`;

/** What requests say besides their messages. What is empty is left to the model. */
export function SettingsPanel({ conversation }: { conversation: Conversation }) {
  const pane = conversation.panes.find((pane) => pane.id === settingsPane.value) ?? conversation.panes[0]!;
  const set = (changes: Partial<Settings>) =>
    updatePane(conversation.id, pane.id, (pane) => ({ ...pane, settings: { ...pane.settings, ...changes } }));
  const { settings } = pane;
  const problem = settingProblem.value?.paneId === pane.id ? settingProblem.value : null;
  return (
    <div class="settings" data-testid="settings-panel">
      {conversation.panes.length > 1 && <PaneTabs panes={conversation.panes} chosen={pane} />}
      <TextField
        label="System prompt"
        testId="system"
        rows={4}
        placeholder="You are a helpful assistant."
        value={settings.system}
        onChange={(system) => set({ system })}
      />
      <fieldset>
        <legend>Sampling</legend>
        <div class="numbers">
          {numberFields.map((field) => (
            <NumberField
              key={field.name}
              field={field}
              value={settings.numbers[field.name] ?? ""}
              onChange={(value) => set({ numbers: { ...settings.numbers, [field.name]: value } })}
            />
          ))}
          <SelectField
            label="Reasoning effort"
            testId="param-reasoning_effort"
            options={efforts}
            value={settings.effort}
            onChange={(effort) => set({ effort })}
          />
        </div>
        <TextField label="Stop strings, one a line" testId="param-stop" rows={2} isCode value={settings.stop} onChange={(stop) => set({ stop })} />
        <SwitchField
          label="Probabilities of the tokens"
          testId="param-logprobs"
          isOn={settings.logprobs}
          onChange={(logprobs) => set({ logprobs })}
        />
      </fieldset>
      <TextField
        label="JSON schema of the answer"
        testId="schema"
        rows={5}
        isCode
        placeholder={schemaExample}
        value={settings.schema}
        problem={problem?.field === "schema" ? problem.message : undefined}
        onChange={(schema) => set({ schema })}
      />
      <TextField
        label="Tools"
        testId="tools"
        rows={6}
        isCode
        placeholder={toolsExample}
        value={settings.tools}
        problem={problem?.field === "tools" ? problem.message : undefined}
        onChange={(tools) => set({ tools })}
      />
      {settings.tools.trim() && (
        <SelectField
          label="Tool choice"
          testId="tool-choice"
          options={["auto", "required", "none"]}
          value={settings.toolChoice}
          onChange={(toolChoice) => set({ toolChoice })}
        />
      )}
      <button type="button" class="button" data-testid="reset" onClick={() => set(defaultSettings)}>
        Leave all to the model
      </button>
    </div>
  );
}

function PaneTabs({ panes, chosen }: { panes: Pane[]; chosen: Pane }) {
  return (
    <div class="tabs" role="group" aria-label="Pane">
      {panes.map((pane, index) => (
        <button
          key={pane.id}
          type="button"
          class="button"
          aria-pressed={pane === chosen}
          data-testid={`settings-pane-${index}`}
          onClick={() => (settingsPane.value = pane.id)}
        >
          Pane {paneNames[index]}
        </button>
      ))}
    </div>
  );
}
