// Recursion without an end is an error that can be caught.
function down() { down(); }
try { down(); } catch (error) { console.log(error.name, error.message, error.stack.split("\n").length); }
down();
