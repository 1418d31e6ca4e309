import { render } from "preact";
import "./styles/index.css";
import { start } from "./state/conversations";
import { watchServer } from "./state/server";
import { startTheme } from "./state/view";
import { App } from "./ui/App";

startTheme();
render(<App />, document.getElementById("app")!);
void start();
void watchServer();
