import type { Conversation, Pane } from "../chat/conversation";
import { updatePane } from "../state/conversations";
import { models } from "../state/server";

/** The model that answers: a choice where there are adapters beside it. */
export function ModelChoice({ conversation, pane }: { conversation: Conversation; pane: Pane }) {
  const [first] = models.value;
  if (!first) return null;
  // A conversation may name a model that is not served any more: it stays in the list, so that another can be chosen.
  const ids = [...new Set([...models.value.map((model) => model.id), pane.settings.model || first.id])];
  if (ids.length === 1)
    return (
      <span class="model" data-testid="model">
        {first.id}
      </span>
    );
  const choose = (id: string) =>
    updatePane(conversation.id, pane.id, (pane) => ({ ...pane, settings: { ...pane.settings, model: id === first.id ? "" : id } }));
  return (
    <select
      class="model"
      aria-label="Model"
      data-testid="model"
      value={pane.settings.model || first.id}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {ids.map((id) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </select>
  );
}
