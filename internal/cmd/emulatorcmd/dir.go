package emulatorcmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// writeEmulatorConfig writes a config, and credentials that are none, so that a
// program does not take the person's. With "" the folder is a new temporary one.
// A config that somebody else wrote is not touched.
func writeEmulatorConfig(dir, config string) (string, error) {
	var err error
	if dir == "" {
		dir, err = os.MkdirTemp("", "lanyard-emulator-")
	} else if dir, err = filepath.Abs(dir); err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", err
	}
	for name, text := range map[string]string{"config": config, "credentials": configMark} {
		path := filepath.Join(dir, name)
		old, err := datafile.Read(path, datafile.Limit)
		if err == nil && !strings.HasPrefix(string(old), configMark) || err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", command.WithHint(fmt.Errorf("%s is not a file of the emulator and was left as it is", path), "name another folder with --dir")
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// emulatorVariables point a client at the emulator, at the config in dir, and at a
// profile in it; "" means none.
func emulatorVariables(base, dir, profile string) [][2]string {
	var vars [][2]string
	for _, name := range endpointVariables {
		vars = append(vars, [2]string{name, base})
	}
	if profile != "" {
		vars = append(vars, [2]string{"AWS_PROFILE", profile})
	}
	return append(vars, [2]string{"AWS_EC2_METADATA_DISABLED", "true"},
		[2]string{"AWS_CONFIG_FILE", filepath.Join(dir, "config")},
		[2]string{"AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "credentials")})
}
