// Parses Mermaid pictures with Mermaid itself: node parse.mjs FILE...
// The packages of package.json are in $WEIR_MERMAID/node_modules. What does not parse is
// printed, and the exit code is 1.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = join(process.env.WEIR_MERMAID, "node_modules");
const { JSDOM } = createRequire(join(modules, "mermaid"))("jsdom");
const { window } = new JSDOM(""); // Mermaid cleans labels with the DOM of a browser
globalThis.window = window;
globalThis.document = window.document;
globalThis.Element = window.Element;
const { default: mermaid } = await import(pathToFileURL(join(modules, "mermaid", "dist", "mermaid.core.mjs")));

for (const file of process.argv.slice(2)) {
  try {
    await mermaid.parse(readFileSync(file, "utf8"));
  } catch (error) {
    console.log(`${file}: ${error.message}`);
    process.exitCode = 1;
  }
}
