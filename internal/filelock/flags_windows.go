package filelock

import "os"

const (
	openFlags = os.O_CREATE | os.O_RDONLY
	openLease = os.O_RDONLY
)
