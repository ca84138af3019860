package keystore

import "os"

func foreign(string) bool { return false }

func makeFolder(folder string) error { return os.MkdirAll(folder, 0o700) }
