// A rejection that nobody handles, after one that somebody does.
addEventListener("unload", () => console.log("unload"));
addEventListener("unhandledrejection", (event) => {
  console.log(event.reason.message);
  if (event.reason.message === "first") event.preventDefault();
});
Promise.reject(new Error("first"));
setTimeout(() => Promise.reject(new Error("second")), 1);
