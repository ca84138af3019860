package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTablesAreUpToDate fails if the generator would write other tables.
func TestTablesAreUpToDate(t *testing.T) {
	module, err := locateModule(t.Context())
	if err != nil {
		t.Skipf("cannot download the models: %v", err)
	}
	list, err := readList("../model/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(module, "newer.json", list)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "model", "tables", name))
		if err != nil {
			t.Error(err)
		} else if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is out of date; run go generate ./internal/engine/model\n%s", name, diff)
		}
	}
	tables, err := filepath.Glob("../model/tables/*.txt")
	if err != nil || len(tables) != len(files) {
		t.Errorf("%d tables, %v, want %d", len(tables), err, len(files))
	}
}

func TestMistakesInTheList(t *testing.T) {
	module, err := locateModule(t.Context())
	if err != nil {
		t.Skipf("cannot download the models: %v", err)
	}
	for _, bad := range []listedService{{"sts", []string{"NoSuchOperation"}}, {"nosuchservice", []string{"Go"}}, {"s3control", []string{"ListJobs"}}} {
		if _, err := generate(module, "newer.json", []listedService{bad}); err == nil {
			t.Errorf("generate accepts %v, want an error", bad)
		}
	}
}
