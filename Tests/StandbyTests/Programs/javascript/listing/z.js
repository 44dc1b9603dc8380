exports.last = "by name";
