package command_test

import (
	"reflect"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// What one command needs is a value of its own, not a field that all get.
func TestTheAppStaysSmall(t *testing.T) {
	const most = 12
	if n := reflect.TypeFor[command.App]().NumField(); n > most {
		t.Errorf("App has %d fields, more than %d", n, most)
	}
}
