import { useEffect, useId, useRef } from "preact/hooks";
import type { numberFields } from "../chat/settings";

interface TextProps {
  label: string;
  testId: string;
  rows: number;
  value: string;
  isCode?: boolean;
  placeholder?: string;
  problem?: string;
  onChange: (value: string) => void;
}

/** Some lines of text; `problem` is told below them. */
export function TextField({ label, testId, rows, value, isCode, placeholder, problem, onChange }: TextProps) {
  const id = useId();
  const place = useRef<HTMLTextAreaElement>(null);
  useEffect(() => void (problem && place.current!.focus()), [problem]);
  return (
    <div class="text-field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        ref={place}
        rows={rows}
        class={isCode ? "code-text" : undefined}
        spellcheck={!isCode}
        placeholder={placeholder}
        data-testid={testId}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {problem && (
        <p class="field-problem" role="alert" id={`${id}-problem`} data-testid={`${testId}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** A number of a request; empty, it is the model's own. */
export function NumberField({ field, value, onChange }: { field: (typeof numberFields)[number]; value: string; onChange: (value: string) => void }) {
  return (
    <label title={field.hint}>
      {field.label}
      <input
        type="number"
        inputMode="decimal"
        min={field.min}
        max={field.max}
        step={field.step}
        placeholder="auto"
        data-testid={`param-${field.name}`}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** One of some words, or none. */
export function SelectField({
  label,
  testId,
  options,
  value,
  onChange,
}: {
  label: string;
  testId: string;
  options: string[];
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label>
      {label}
      <select data-testid={testId} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">auto</option>
        {options
          .filter((option) => option !== "auto")
          .map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
      </select>
    </label>
  );
}

/** On or off. */
export function SwitchField({ label, testId, isOn, onChange }: { label: string; testId: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" data-testid={testId} checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
