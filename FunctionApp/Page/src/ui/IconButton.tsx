import type { ComponentProps } from "preact";
import { Icon, type IconName } from "./Icon";

type Props = Omit<ComponentProps<"button">, "icon" | "label"> & { icon: IconName; label: string; testId?: string };

/** A button that is a drawing; its word is told to a screen reader, and to a mouse that rests on it. */
export function IconButton({ icon, label, testId, ...rest }: Props) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} data-testid={testId} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
