package awsop

import (
	"testing"

	"lanyard/internal/awsmodel"
)

// operation loads an operation by its name on the command line.
func operation(t testing.TB, service, cliName string) (*awsmodel.Service, *awsmodel.Operation) {
	t.Helper()
	svc, err := awsmodel.Load(service)
	if err != nil {
		t.Fatal(err)
	}
	op, ok := svc.Operation(cliName)
	if !ok {
		t.Fatalf("%s has no %s", service, cliName)
	}
	return svc, op
}
