package execcmd

import (
	"slices"
	"testing"
)

// A program gets only the profile's values, even if the environment has a variable twice.
func TestEnvironment(t *testing.T) {
	s := setting{{"AWS_ACCESS_KEY_ID", "new"}, {"AWS_REGION", "us-east-1"}}
	got := s.environment([]string{"A=1", "AWS_ACCESS_KEY_ID=old", "AWS_ACCESS_KEY_ID=older", "AWS_PROFILE=p", "AWS_REGION=x", "AWS_CONFIG_FILE=f", "=C:=C:\\", "B"})
	want := []string{"A=1", "AWS_CONFIG_FILE=f", "=C:=C:\\", "B", "AWS_ACCESS_KEY_ID=new", "AWS_REGION=us-east-1"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
