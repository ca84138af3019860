package datafile

import "io/fs"

// Stat describes the open file, also if another file now has its path.
func (f *File) Stat() (fs.FileInfo, error) { return f.f.Stat() }
