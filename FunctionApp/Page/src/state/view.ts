import { effect, signal } from "@preact/signals";

const place = "rill-theme";

/** What stands beside the conversation. */
export type Side = "settings" | "engine" | null;

/** The theme: the system's, or a chosen one. */
export type Theme = "system" | "light" | "dark";

/** What stands beside the conversation now. */
export const side = signal<Side>(null);

/** True while the list of conversations lies over the page of a narrow window. */
export const isListOpen = signal(false);

/** The pane whose settings are shown. */
export const settingsPane = signal("");

/** The chosen theme. */
export const theme = signal<Theme>(readTheme());

/** Puts the theme on the page and keeps it. */
export function startTheme(): void {
  effect(() => {
    const root = document.documentElement;
    if (theme.value === "system") delete root.dataset.theme;
    else root.dataset.theme = theme.value;
    try {
      localStorage.setItem(place, theme.value);
    } catch {
      // Not kept, but shown.
    }
  });
}

/** True while the page is dark, chosen or not. */
export function isDark(): boolean {
  return theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
}

function readTheme(): Theme {
  try {
    const kept = localStorage.getItem(place);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}
