package interop_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// tableModelsOf is the version of botocore from which the generator made the tables of
// operations.
const tableModelsOf = "1.43.11"

// models returns botocore's names of the services in python/operations.txt.
func models() []string {
	return []string{"cloudformation", "ec2", "iam", "organizations", "s3", "sso", "sts"}
}

// tableModels writes the models of the operations in python/operations.txt to a folder, and returns the path of the folder. The
// AWS CLI under test reads these models instead of its own. AWS changes the models every week, so
// the AWS CLI's own models would have other members, in another order.
func tableModels(t *testing.T) string {
	t.Helper()
	dir, err := writeModels()
	switch {
	case err != nil:
		t.Fatal(err)
	case dir == "":
		t.Skipf("no python3 has the models of the tables; to install them: pip install botocore==%s", tableModelsOf)
	}
	return dir
}

// writeModels writes the models once, next to the program under test. It returns "" if no
// interpreter has these models.
var writeModels = sync.OnceValues(func() (string, error) {
	path := pythonWith("import botocore; assert botocore.__version__ == '" + tableModelsOf + "'")
	if path == "" {
		return "", nil
	}
	dir, table := filepath.Join(filepath.Dir(lanyardPath), "models"), absolute("python/operations.txt")
	if out, err := exec.Command(path, absolute("python/models.py"), dir, table).CombinedOutput(); err != nil {
		return "", fmt.Errorf("the models: %w\n%s", err, out)
	}
	return dir, nil
})
