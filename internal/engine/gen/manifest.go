package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// manifest returns the text of manifest.txt, which says from what the tables come. It has digests
// of the models, of the lists of operations to leave out, and of the generated files.
func manifest(data, notes string, files map[string][]byte) ([]byte, error) {
	models := make(map[string][]byte)
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(strings.TrimSuffix(path, ".gz"), ".json") {
			return err
		}
		name, err := filepath.Rel(data, path)
		if err == nil {
			models[filepath.ToSlash(name)], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	lists, err := listDigest(notes)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "models %d files %s\n%s%s", len(models), digest(models), lists, filesDigest(files)), nil
}

func listDigest(notes string) (string, error) {
	lists := make(map[string][]byte)
	for _, name := range listNames {
		b, err := os.ReadFile(filepath.Join(notes, name))
		if err != nil {
			return "", err
		}
		lists[name] = b
	}
	return fmt.Sprintf("lists %d files %s\n", len(lists), digest(lists)), nil
}

func filesDigest(files map[string][]byte) string {
	return fmt.Sprintf("tables %d files %s\n", len(files), digest(files))
}

// digest returns a hash of the names and contents of files.
func digest(files map[string][]byte) string {
	all := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		sum := sha256.Sum256(files[name])
		_, _ = fmt.Fprintf(all, "%s %x\n", name, sum) // a hash does not fail
	}
	return hex.EncodeToString(all.Sum(nil))
}
