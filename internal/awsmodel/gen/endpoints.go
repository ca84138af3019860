package main

import (
	"path/filepath"

	"lanyard/internal/document"
)

// newerPartitions returns the partitions as botocore's data folder has them.
func newerPartitions(dir string) (any, error) {
	o, err := readJSON(filepath.Join(dir, "partitions.json"))
	if err != nil {
		return nil, err
	}
	v, _ := o.Get("partitions")
	return v, nil
}

func endpoints(module string, newer *document.Object, list []listed) ([]byte, error) {
	return []byte("\n"), nil
}
