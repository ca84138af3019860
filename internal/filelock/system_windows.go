package filelock

import "os"

const openFlags = os.O_CREATE | os.O_RDONLY

const openLease = os.O_RDONLY

func keepOwner(string) {}
