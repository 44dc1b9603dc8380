// A rejection that nobody handles, after one that is handled late.
const late = Promise.reject(new Error("handled"));
late.catch((error) => console.log(error.message));
process.on("exit", (code) => console.log("exit", code));
(async () => {
  await null;
  throw new Error("not handled");
})();
