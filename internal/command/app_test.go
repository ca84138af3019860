package command_test

import (
	"reflect"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// The state of a single command belongs in that command's package, not in App.
func TestAppStaysSmall(t *testing.T) {
	const most = 12
	if n := reflect.TypeFor[command.App]().NumField(); n > most {
		t.Errorf("App has %d fields, more than %d", n, most)
	}
}
