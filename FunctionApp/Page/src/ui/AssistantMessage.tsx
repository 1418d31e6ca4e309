import { useMemo, useState } from "preact/hooks";
import type { Answer } from "../chat/answer";
import { messageChanges, runs } from "../state/generation";
import { giveResults, regenerate } from "../state/actions";
import type { Message } from "../chat/tree";
import { GrowingPieces, piecesOfContent, type Piece } from "../text/pieces";
import { Branches } from "./Branches";
import { CopyButton } from "./CopyButton";
import { IconButton } from "./IconButton";
import { Markdown } from "./Markdown";
import type { MessageProps } from "./MessageView";
import { ProblemNote } from "./ProblemNote";
import { Reasoning } from "./Reasoning";
import { StatsLine, type Ending } from "./StatsLine";
import { TokenText } from "./TokenText";
import { ToolCalls } from "./ToolCalls";
import { Waiting } from "./Waiting";

/** What the model said, or is saying. */
export function AssistantMessage(props: MessageProps) {
  const { conversationId, paneId, isLast } = props;
  const answer = runs.value.get(props.message.id)?.answer.value;
  const message: Message = answer ? { ...props.message, ...messageChanges(answer) } : props.message;
  const again = () => regenerate(conversationId, paneId, message);
  const calls = message.toolCalls ?? [];
  const takesResults = isLast && !answer && message.finish !== undefined;
  return (
    <article class="message assistant" aria-label="Model" aria-busy={answer !== undefined} data-testid="message-assistant">
      <Said message={message} answer={answer} />
      {calls.length > 0 && (
        <ToolCalls calls={calls} onResults={takesResults ? (results) => giveResults(conversationId, paneId, message, results) : undefined} />
      )}
      {message.warning && (
        <p class="warning" data-testid="warning">
          {message.warning}
        </p>
      )}
      {message.problem && <ProblemNote problem={message.problem} onRetry={isLast ? again : undefined} />}
      <Foot {...props} message={message} isRunning={answer !== undefined} onAgain={again} />
    </article>
  );
}

/** Thoughts and text. */
function Said({ message, answer }: { message: Message; answer?: Answer }) {
  const [showsTokens, setShowsTokens] = useState(true);
  const reader = useMemo(() => new GrowingPieces(), []);
  const pieces = piecesOfText(reader.read(message.tokens ?? []), message);
  const isSilent = answer !== undefined && !message.content && !message.reasoning && !message.toolCalls;
  return (
    <>
      {message.reasoning && <Reasoning text={message.reasoning} isThinking={answer !== undefined && !message.content} />}
      {isSilent && <Waiting wait={answer.wait} />}
      {pieces.length > 0 && showsTokens ? <TokenText pieces={pieces} /> : message.content && <Markdown text={message.content} />}
      {pieces.length > 0 && (
        <button type="button" class="link" aria-pressed={showsTokens} data-testid="show-tokens" onClick={() => setShowsTokens(!showsTokens)}>
          {showsTokens ? "Show as text" : "Show probabilities"}
        </button>
      )}
    </>
  );
}

/** The pieces of the text alone where the model thought or called as well; else all of them, with the token that ended the answer. */
function piecesOfText(pieces: readonly Piece[], { content, reasoning, toolCalls }: Message): readonly Piece[] {
  if (!content) return [];
  return reasoning || toolCalls ? piecesOfContent(pieces, content, reasoning ?? "", toolCalls !== undefined) : pieces;
}

function Foot(props: MessageProps & { isRunning: boolean; onAgain: () => void }) {
  const { message, isRunning, isBusy, onAgain } = props;
  return (
    <footer>
      {!isRunning && (
        <div class="tools">
          <Branches {...props} />
          <CopyButton text={message.content} label="Copy the answer" testId="copy" />
          <IconButton icon="again" label="Answer once more" testId="regenerate" disabled={isBusy} onClick={onAgain} />
        </div>
      )}
      {message.stats && <StatsLine stats={message.stats} ending={isRunning || message.problem ? "whole" : endingOf(message)} />}
    </footer>
  );
}

function endingOf({ finish }: Message): Ending {
  if (finish === undefined) return "stopped";
  return finish === "length" ? "cut" : "whole";
}
