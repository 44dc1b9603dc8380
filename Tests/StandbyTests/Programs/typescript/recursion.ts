// Recursion without an end is an error that can be caught.
function down(): void { down(); }
try { down(); } catch (error) { console.log((error as Error).name, (error as Error).message); }
