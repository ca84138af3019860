package profile

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestPaths(t *testing.T) {
	home := "HOME"
	if runtime.GOOS == "windows" {
		home = "USERPROFILE"
	}
	tests := []struct{ name, words, config, credentials string }{
		{"the home", home + "=/h", "/h/.aws/config", "/h/.aws/credentials"},
		{"the variables", "AWS_CONFIG_FILE=/c AWS_SHARED_CREDENTIALS_FILE=d/e", "/c", "d/e"},
		{"expanded", "AWS_CONFIG_FILE=~/c AWS_SHARED_CREDENTIALS_FILE=${DIR}/$NAME$NONE/$/${ X=1 DIR=/d NAME=n " + home + "=/h", "/h/c", "/d/n$NONE/$/${"},
		{"a tilde in a variable, and an unknown user", "AWS_CONFIG_FILE=$D/c AWS_SHARED_CREDENTIALS_FILE=~unknown-user/c D=~ " + home + "=/h", "/h/c", "~unknown-user/c"},
		{"a tilde in the middle", "AWS_CONFIG_FILE=/a/~/c AWS_SHARED_CREDENTIALS_FILE=a~ " + home + "=/h", "/a/~/c", "a~"},
		{"a relative home", home + "=h", "h/.aws/config", "h/.aws/credentials"},
		{"an empty home is the root folder", home + "=", "/.aws/config", "/.aws/credentials"},
		{"empty variables mean no files", "AWS_CONFIG_FILE= AWS_SHARED_CREDENTIALS_FILE=", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config, credentials := Paths(inputsWith("", "", strings.Fields(tt.words)...).LookupEnv)
			if filepath.ToSlash(config) != tt.config || filepath.ToSlash(credentials) != tt.credentials {
				t.Errorf("%q, %q; want %q, %q", config, credentials, tt.config, tt.credentials)
			}
		})
	}
}

func TestName(t *testing.T) {
	if got := Name("", inputsWith("", "", "AWS_PROFILE=x").LookupEnv); got != "x" {
		t.Errorf("Name = %q, want x", got)
	}
}
