package audit

// noFollow has no meaning on Windows.
const noFollow = 0
