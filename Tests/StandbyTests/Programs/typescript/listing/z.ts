export const last = "by name";
