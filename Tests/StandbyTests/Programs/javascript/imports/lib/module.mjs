export default "a module";
export const where = import.meta.url;
