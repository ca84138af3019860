package awscli

import (
	"errors"
	"path/filepath"
	"runtime"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/self"
)

// errNoAWS says that there is no AWS CLI.
var errNoAWS = errors.New("there is no AWS CLI on PATH")

// FindAWS returns the AWS CLI: the first program of the name on PATH that is not
// this one. As in package exec, folders that are not absolute do not count.
func FindAWS(app *command.App) (string, error) {
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		for _, name := range AWSPrograms(runtime.GOOS) {
			path := filepath.Join(dir, name)
			if !self.IsProgram(path) {
				continue
			}
			if self.Is(path) {
				app.Log.Debug("this is lanyard itself", "program", path)
				continue
			}
			return path, nil
		}
	}
	return "", errNoAWS
}

// AWSPrograms are the names of the files that the AWS CLI is started by.
func AWSPrograms(goos string) []string {
	if goos == "windows" {
		return []string{"aws.exe", "aws.cmd"}
	}
	return []string{"aws"}
}
