// The main module, the modules that are loaded already, and where others would be looked for.
console.log(module.id, module.filename, module.loaded, module.children, module.paths, module.parent);
console.log(require.main === module, Object.keys(require.cache), require("module").globalPaths);
console.log(__filename, __dirname, require("module").builtinModules.length, require.resolve.paths("x"));
console.log(Object.keys(require.extensions), Object.keys(require), arguments.length);
console.log(process.moduleLoadList.join("\n"));
