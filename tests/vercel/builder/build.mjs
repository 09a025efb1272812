// Builds the function of a project as the platform does, and lays its files out in a folder.
//
//   node build.mjs <folder of the project> <folder for the function>
//
// Beside that folder, in <folder>.json, stands what the platform is told about it.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { download, glob } from "@vercel/build-utils";
import { build } from "@vercel/python";

const [workPath, target] = process.argv.slice(2).map((path) => resolve(path));
const project = JSON.parse(await readFile(join(workPath, "vercel.json"), "utf8"));
const { result } = await build({
  workPath,
  repoRootPath: workPath,
  files: await glob("**", workPath),
  entrypoint: "<detect>",
  config: { framework: project.framework, zeroConfig: true, functions: project.functions },
  meta: { skipDownload: true },
});
const { files, ...told } = result.output.python;
await mkdir(target, { recursive: true });
await download(files, target);
await writeFile(`${target}.json`, JSON.stringify({ ...told, routes: result.routes }, null, 2));
