exports.fail = () => {
  const missing = require("./missing");
};
