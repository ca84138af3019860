package child

import (
	"errors"
	"path/filepath"
	"runtime"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/self"
)

// errNoAWS means that FindAWS found no AWS CLI.
var errNoAWS = errors.New("the AWS CLI is not on PATH")

// FindAWS returns the path of the AWS CLI. That is the first program with the AWS CLI's name on
// PATH that is not lanyard. Like package exec, FindAWS skips relative folders.
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

// AWSPrograms returns the file names of the AWS CLI's program.
func AWSPrograms(goos string) []string {
	if goos == "windows" {
		return []string{"aws.exe", "aws.cmd"}
	}
	return []string{"aws"}
}
