package interop_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// tableModelsOf is the version of botocore that the tables of operations are made
// of.
const tableModelsOf = "1.43.11"

// models are the services of the tables, by botocore's names.
func models() (names []string) {
	for _, name := range model.Services() {
		names = append(names, strings.TrimSuffix(name, "api")) // s3api is s3's
	}
	return names
}

// tableModels writes the models that the tables are made of to a folder. With them
// the AWS CLI knows the operations as we do, whatever its version: the members, and
// their order, change every week.
func tableModels(t *testing.T) string {
	t.Helper()
	dir, err := writeModels()
	switch {
	case err != nil:
		t.Fatal(err)
	case dir == "":
		t.Skipf("no python3 has the models that the tables are of; get them with: pip install botocore==%s", tableModelsOf)
	}
	return dir
}

// writeModels writes them once, beside the program under test. It returns "" if
// they are not here.
var writeModels = sync.OnceValues(func() (string, error) {
	path := pythonWith("import botocore; assert botocore.__version__ == '" + tableModelsOf + "'")
	if path == "" {
		return "", nil
	}
	dir, table := filepath.Join(filepath.Dir(lanyardPath), "models"), absolute("../internal/engine/model/operations.txt")
	if out, err := exec.Command(path, absolute("python/models.py"), dir, table).CombinedOutput(); err != nil {
		return "", fmt.Errorf("the models: %w\n%s", err, out)
	}
	return dir, nil
})
