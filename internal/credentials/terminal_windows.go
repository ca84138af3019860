package credentials

// terminalPath is the console of the process.
const terminalPath = "CONIN$"
