package profile

import (
	"os"

	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// Paths returns the paths of the config and the credentials file: AWS_CONFIG_FILE and
// AWS_SHARED_CREDENTIALS_FILE with variables and a leading ~ expanded, or else the
// files in ~/.aws. A variable that is set and empty means no file, and the path is "".
// A path begins with ~ if nothing names the home folder, as for the AWS CLI.
func Paths(lookupEnv func(string) (string, bool)) (config, credentials string) {
	return path(lookupEnv, "AWS_CONFIG_FILE", "config"), path(lookupEnv, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
}

func path(lookupEnv func(string) (string, bool), variable, name string) string {
	p, set := lookupEnv(variable)
	if !set {
		const sep = string(os.PathSeparator)
		p = "~" + sep + ".aws" + sep + name
	}
	return userpath.Expand(p, lookupEnv)
}
