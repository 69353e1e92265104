import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The built page is committed, so that neither users nor servers need Node.
// After a change here, rebuild it with Node 20.19 or newer, in this folder:
//
//     npm ci && npm run check && npm run build
//
// The lock file pins every version and the output holds no time and no path: the same sources give the same bytes.
export default defineConfig({
  base: "./", // relative addresses: the page works under any sub-path
  plugins: [react()],
  worker: { format: "es" },
  build: {
    outDir: "../../app/main/static/graphiql",
    emptyOutDir: true,
    target: "es2022",
    license: { fileName: "licenses.md" },
    modulePreload: { polyfill: false }, // es2022 browsers preload modules by themselves
    chunkSizeWarningLimit: 4000, // the editor is one large module
    rolldownOptions: { checks: { moduleLevelDirective: false } }, // "use no memo" has done its work before us
  },
});
