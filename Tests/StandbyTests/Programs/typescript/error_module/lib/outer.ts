type Nothing = {
  some: "lines";
};

export function outer(): Nothing {
  throw new Error("in a module");
}
