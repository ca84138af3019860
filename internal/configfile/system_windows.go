package configfile

import (
	"io/fs"
	"os"
)

func privileged() bool { return false }

func links(fs.FileInfo) int { return 1 }

func checkOwner(fs.FileInfo) error { return nil }

func sameOwner(fs.FileInfo, fs.FileInfo) error { return nil }

func makeFolder(folder string) error { return os.MkdirAll(folder, 0o700) }

func (p place) trust(fs.FileInfo) error { return nil }
