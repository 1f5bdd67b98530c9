// build.mjs [--watch]: dist/ from src/ (the extension) and webview/ (what runs in its views).
import * as esbuild from "esbuild";

const common = { bundle: true, minify: true, logLevel: "warning", sourcemap: false };
const builds = [
  {
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
  },
  {
    ...common,
    entryPoints: ["webview/topology.ts", "webview/variables.ts", "webview/topology.css", "webview/variables.css"],
    outdir: "dist",
    platform: "browser",
    format: "iife",
    target: "es2022",
  },
];
if (process.argv.includes("--watch")) {
  for (const build of builds) await (await esbuild.context(build)).watch();
} else {
  await Promise.all(builds.map((build) => esbuild.build(build)));
}
